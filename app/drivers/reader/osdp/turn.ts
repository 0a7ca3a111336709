import { after, elapsed, millis, type Monotonic } from '#core/kernel/units.ts';
import type { BaseKey } from './baseKey.ts';
import {
  ALARM_OVER_MS,
  ALARM_SAYS,
  OFFLINE_MS,
  REST_MS,
  type AlarmKind,
  type Candidate,
  type Reader,
  type ReaderEvent,
  type Step,
} from './reader.ts';

/** Before a reader that lost its thread is spoken to again: it may still be sending. */
const RESTART_MS = millis(50);
/** The same while something is wrong with it: whatever that is, it is not mended by haste. */
const RESTART_ALARMED_MS = millis(1_000);
/** A reader may take a moment to store a key. */
const STORE_KEY_MS = millis(1_000);
/** How often a new key may fail to be proved before the installation is given up. */
const PROOFS_MAX = 3;
const SILENT = `the reader has not answered through the secure channel for ${OFFLINE_MS / 1_000} s`;

/** One step of one reader in the making: what it becomes, and what is told on the way. */
export class Turn {
  reader: Reader;
  readonly at: Monotonic;
  readonly #events: ReaderEvent[] = [];
  readonly #forget: Disposable[] = [];

  constructor(reader: Reader, at: Monotonic) {
    this.reader = reader;
    this.at = at;
  }

  get step(): Step {
    return { reader: this.reader, events: this.#events, forget: this.#forget };
  }

  set(change: Partial<Reader>): void {
    this.reader = { ...this.reader, ...change };
  }

  tell(...events: ReaderEvent[]): void {
    this.#events.push(...events);
  }

  forget(...secrets: Disposable[]): void {
    this.#forget.push(...secrets);
  }

  /** The key that the reader is spoken to with now. */
  get candidate(): Candidate | undefined {
    const { installation, keys, keyTried } = this.reader;
    if (installation?.stage === 'proving') return { base: installation.newKey, asDefault: false };
    if (installation !== undefined) return installation.candidates[keyTried];
    const base = keys[keyTried];
    return base && { base, asDefault: false };
  }

  alarm(alarm: AlarmKind): void {
    if (this.reader.alarms.has(alarm)) return;
    this.set({ alarms: new Set([...this.reader.alarms, alarm]) });
    this.tell({ kind: 'alarm', alarm, says: ALARM_SAYS[alarm] });
  }

  linkDown(why: string): void {
    if (this.reader.link === 'down') return;
    this.set({ link: 'down' });
    this.tell({ kind: 'link', link: 'down', why });
  }

  /** The reader answered through the channel. */
  proven(): void {
    const { phase, link, installation } = this.reader;
    this.set({ provenAt: this.at });
    if (phase.kind === 'secured' && !phase.proven) this.set({ phase: { ...phase, proven: true } });
    if (link === 'up' || installation !== undefined) return;
    this.set({ link: 'up' });
    this.tell({ kind: 'link', link: 'up', why: 'the reader answers through the secure channel' });
  }

  /** Whatever was to be said to the reader is not said any more. */
  giveUpCommands(why: string): void {
    const { asked, waiting } = this.reader;
    for (const { ticket } of [...(asked === undefined ? [] : [asked]), ...waiting]) {
      if (ticket !== undefined) this.tell({ kind: 'given-up', ticket, why });
    }
    this.set({ asked: undefined, waiting: [] });
  }

  /** Ends the session, where there is one. */
  dropSession(why: string): void {
    const { phase } = this.reader;
    this.giveUpCommands(why);
    if (phase.kind === 'proving') this.forget(phase.proof.keys);
    if (phase.kind === 'secured') {
      this.forget(phase.keys);
      this.tell({ kind: 'channel-lost', why });
    }
  }

  /** From the beginning: sequence number 0, and who are you. */
  restart(why: string): void {
    const { installation } = this.reader;
    if (installation?.stage === 'setting') return this.proveNewKey();
    if (installation?.stage === 'keeping') this.set({ installation: { ...installation, stage: 'opening' } });
    this.dropSession(why);
    const dueAt = after(this.at, this.reader.alarms.size === 0 ? RESTART_MS : RESTART_ALARMED_MS);
    this.set({ phase: { kind: 'identifying', silences: 0 }, keyTried: 0, dueAt });
  }

  /** The reader cannot be listened to. After a while it is tried again. */
  rest(alarm: AlarmKind): void {
    this.alarm(alarm);
    this.dropSession(ALARM_SAYS[alarm]);
    this.linkDown(ALARM_SAYS[alarm]);
    this.set({ phase: { kind: 'resting' }, keyTried: 0, dueAt: after(this.at, REST_MS) });
  }

  /** On to the challenge, with the first key from `keyTried` on that may be used. */
  challenge(keyRefused: (key: BaseKey) => boolean): void {
    const { installation, keys } = this.reader;
    const { candidate } = this;
    if (candidate !== undefined && (installation !== undefined || !keyRefused(candidate.base))) {
      this.set({ phase: { kind: 'challenging' }, dueAt: this.at });
    } else if (installation === undefined) {
      if (candidate === undefined) this.rest(keys.length === 0 ? 'no-key' : 'wrong-key');
      else this.rest('default-key');
    } else this.failInstallation('no key that is known opens the reader');
  }

  /** The reader does not prove the key that was tried: the next, or `alarm` where there is none. */
  keyFailed(alarm: AlarmKind, keyRefused: (key: BaseKey) => boolean): void {
    const { installation, keyTried } = this.reader;
    if (installation?.stage === 'proving') return this.#newKeyFailed();
    this.dropSession('another key is tried');
    this.set({ keyTried: keyTried + 1 });
    if (installation === undefined && this.candidate === undefined) this.rest(alarm);
    else this.challenge(keyRefused);
  }

  /** The keys in the vault are as before, unless the reader may have the new one already. */
  failInstallation(why: string): void {
    const { installation, keys } = this.reader;
    if (installation === undefined) return;
    const inDoubt = installation.stage === 'setting' || installation.stage === 'proving';
    if (inDoubt) this.set({ keys: [installation.newKey, ...keys] });
    else this.forget(installation.newKey);
    if (installation.stage === 'keeping') this.tell({ kind: 'keep-keys', keys, answers: false });
    this.forget(...installation.candidates.map(({ base }) => base).filter((base) => !keys.includes(base)));
    this.set({ installation: undefined });
    this.restart('the installation is over');
    const doubt = inDoubt ? '; it may have the new key or the one before, and both are kept' : '';
    this.tell({ kind: 'installation-failed', why: `${why}${doubt}` });
  }

  /** Whatever became of the command that sets it: whether the reader has the new key is seen when it proves it. */
  proveNewKey(): void {
    const { installation } = this.reader;
    if (installation === undefined) return;
    this.dropSession('a new key takes over');
    this.set({ installation: { ...installation, stage: 'proving' }, phase: { kind: 'challenging' }, dueAt: this.at });
  }

  /** One of several keys proved to be the reader's: the others go. */
  settle(stay: readonly BaseKey[]): void {
    this.forget(...this.reader.keys.filter((key) => !stay.includes(key)));
    this.set({ keys: stay, keyTried: 0 });
    this.tell({ kind: 'keep-keys', keys: stay, answers: false });
  }

  /** What time alone does: an installation ends, a reader counts as offline, an alarm is over. */
  lapse(): void {
    const { installation } = this.reader;
    if (installation !== undefined && this.at >= installation.until) this.failInstallation('its time is over');
    const { provenAt, phase, alarms, link } = this.reader;
    const since = phase.kind === 'secured' ? Math.max(provenAt, phase.since) : provenAt;
    const silent = this.at - since >= OFFLINE_MS;
    if (silent && (link === 'up' || phase.kind === 'secured') && this.reader.installation === undefined) {
      this.linkDown(SILENT);
      this.restart(SILENT);
    } else if (phase.kind === 'secured' && phase.proven && elapsed(phase.since, this.at) >= ALARM_OVER_MS) {
      if (alarms.size > 0) this.set({ alarms: new Set() });
      for (const alarm of alarms) this.tell({ kind: 'alarm-over', alarm });
    }
  }

  #newKeyFailed(): void {
    const { installation } = this.reader;
    if (installation === undefined) return;
    const failures = installation.failures + 1;
    if (failures >= PROOFS_MAX) return this.failInstallation('the reader took a key and does not prove it');
    this.dropSession('the new key is tried again');
    this.set({
      installation: { ...installation, failures },
      phase: { kind: 'challenging' },
      dueAt: after(this.at, STORE_KEY_MS),
    });
  }
}
