import type { ReaderId } from '#core/kernel/ids.ts';
import type { Health, HealthReport } from '#core/ports/health.ts';
import type { JournalEvent } from '#core/journal/entry.ts';
import type { OsdpEvent, OsdpLine } from '#drivers/reader/osdp/osdpLine.ts';

export interface OsdpWatchParts {
  readonly line: Pick<OsdpLine, 'onEvent'>;
  readonly health: Health;
  readonly record: (event: JournalEvent) => void;
  /** Has the reader an access point, which tells of its link? One with inputs alone has none. */
  readonly isRead: (reader: ReaderId) => boolean;
}

/** What a reader says of itself beside cards and keys: on the health page, and what may be an attack in the journal. */
export class OsdpWatch implements Disposable {
  readonly #parts: OsdpWatchParts;
  readonly #heard: Disposable;
  /** What is wrong now, by reader and by what is laid hands on. */
  readonly #wrong = new Map<string, Set<string>>();

  constructor(parts: OsdpWatchParts) {
    this.#parts = parts;
    this.#heard = parts.line.onEvent((reader, event) => this.#hear(reader, event));
  }

  [Symbol.dispose](): void {
    this.#heard[Symbol.dispose]();
  }

  #hear(reader: ReaderId, event: OsdpEvent): void {
    const tell = (about: string, level: HealthReport['level'], says: string): void =>
      this.#parts.health.report({ part: `${about} of reader ${reader}`, level, says });
    switch (event.kind) {
      case 'link':
        if (!this.#parts.isRead(reader)) tell('link', event.link === 'up' ? 'ok' : 'failed', event.why);
        break;
      case 'alarm':
        tell('channel', 'failed', event.says);
        // A reader that nobody has installed yet was not tampered with.
        if (event.alarm !== 'no-key') this.#tampered(`channel of reader ${reader}`, event.alarm, true);
        break;
      case 'alarm-over':
        this.#tampered(`channel of reader ${reader}`, event.alarm, false);
        break;
      case 'channel-open':
        tell('channel', 'ok', 'secured');
        break;
      case 'local':
        this.#tampered(`cover of reader ${reader}`, 'cover', event.tampered);
        tell('cover', event.tampered ? 'failed' : 'ok', event.tampered ? 'it is off' : 'closed');
        tell('power', event.powerFailed ? 'failed' : 'ok', event.powerFailed ? 'its power failed' : 'there');
        break;
      case 'readers': {
        const wrong = event.conditions.filter((condition) => condition !== 'normal');
        this.#tampered(`head of reader ${reader}`, 'head', wrong.includes('tampered'));
        tell('head', wrong.length > 0 ? 'failed' : 'ok', wrong.length > 0 ? wrong.join(', ') : 'connected');
        break;
      }
      case 'installed':
        tell('key', 'ok', 'it has its own key, and has proved it');
        break;
      case 'installation-failed':
        tell('key', 'failed', `installation failed: ${event.why}`);
        break;
      case 'keys-not-kept':
        tell('key', 'failed', `its key could not be kept, it has to be installed again: ${event.why}`);
        break;
      case 'not-understood':
        tell('words', 'warning', `it said something that is not understood (code ${event.code})`);
        break;
      default:
    }
  }

  #tampered(part: string, what: string, wrong: boolean): void {
    const known = this.#wrong.get(part) ?? new Set();
    const before = known.size > 0;
    if (wrong) known.add(what);
    else known.delete(what);
    this.#wrong.set(part, known);
    const now = known.size > 0;
    if (before !== now) this.#parts.record({ kind: now ? 'tamper' : 'tamper-ended', part });
  }
}
