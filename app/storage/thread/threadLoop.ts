import { assertNever } from '#core/kernel/assert.ts';
import { diskFault } from '../files/diskFault.ts';
import { toFaultMessage, type CallMessage, type ThreadMessage } from './protocol.ts';
import type { Vault } from './vault.ts';

/** Entries that go to the disk in one transaction. */
const JOURNAL_BATCH_MAX = 500;

export interface ThreadLoopParts {
  readonly vault: Vault;
  readonly answer: (message: ThreadMessage) => void;
  /** Called when everything is closed. */
  readonly ended: () => void;
}

type AppendCall = Extract<CallMessage, { call: 'append' }>;
type OtherCall = Exclude<CallMessage, AppendCall>;

/**
 * Journal entries that came in together are committed together, and go before everything else; the other calls are
 * done one after the other, and a long one lets waiting entries pass between its parts.
 */
export class ThreadLoop {
  readonly #parts: ThreadLoopParts;
  #entries: AppendCall[] = [];
  readonly #calls: OtherCall[] = [];
  #busy = false;

  constructor(parts: ThreadLoopParts) {
    this.#parts = parts;
  }

  take(message: CallMessage): void {
    if (message.call === 'append') {
      this.#entries.push(message);
      if (this.#entries.length === 1) setImmediate(() => this.#flush());
      return;
    }
    this.#calls.push(message);
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let call = this.#calls.shift(); call !== undefined; call = this.#calls.shift()) {
      await settled();
      const { id } = call;
      try {
        const answer = await this.#do(call);
        this.#parts.answer({ kind: 'answer', id, answer });
      } catch (error) {
        const fault = diskFault(call.call === 'read' ? 'journal' : 'storage', fileOf(call), error);
        this.#parts.answer({ kind: 'fault', id, fault: toFaultMessage(fault) });
      }
      if (call.call === 'close') return this.#parts.ended();
    }
    this.#busy = false;
  }

  #do(call: OtherCall): unknown {
    const { people, journal } = this.#parts.vault;
    switch (call.call) {
      case 'read':
        return journal.read(call.given.from, call.given.limit);
      case 'load':
        return this.#load(call.id);
      case 'enrol':
        return this.#enrol(call.given);
      case 'consents':
        return people.consentsOf(call.given);
      case 'removeTemplate':
        return people.removeTemplate(call.given);
      case 'withdrawFace':
        return people.withdrawFace(call.given.pseudonym, call.given.at);
      case 'erase':
        return people.erase(call.given.people, call.given.at, call.given.retention);
      case 'eraseDue':
        return people.eraseDue(call.given);
      case 'close':
        this.#flushAll();
        return this.#parts.vault[Symbol.dispose]();
      default:
        return assertNever(call);
    }
  }

  async #load(id: number): Promise<unknown> {
    const parts = this.#parts.vault.people.load();
    for (;;) {
      const next = parts.next();
      if (next.done === true) return next.value;
      this.#parts.answer({ kind: 'part', id, part: next.value });
      await settled();
    }
  }

  #enrol({ people, features }: Extract<CallMessage, { call: 'enrol' }>['given']): void {
    const bytes = new Uint8Array(features);
    try {
      this.#parts.vault.people.enrol(people, bytes);
    } finally {
      bytes.fill(0);
    }
  }

  #flushAll(): void {
    while (this.#entries.length > 0) this.#flush();
  }

  #flush(): void {
    const batch = this.#entries.slice(0, JOURNAL_BATCH_MAX);
    this.#entries = this.#entries.slice(JOURNAL_BATCH_MAX);
    if (batch.length === 0) return;
    if (this.#entries.length > 0) setImmediate(() => this.#flush());
    try {
      const outcomes = this.#parts.vault.journal.append(batch.map(({ given }) => given));
      for (const [index, { id }] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) continue;
        if ('id' in outcome) this.#parts.answer({ kind: 'answer', id, answer: outcome.id });
        else this.#parts.answer({ kind: 'fault', id, fault: toFaultMessage(outcome.fault) });
      }
    } catch (error) {
      const fault = toFaultMessage(diskFault('journal', 'journal.db', error));
      for (const { id } of batch) this.#parts.answer({ kind: 'fault', id, fault });
    }
  }
}

/** Lets messages that have come in meanwhile, and the entries in them, go first. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const fileOf = (call: OtherCall): string => {
  if (call.call === 'read') return 'journal.db';
  return call.call === 'consents' || call.call === 'removeTemplate' ? 'biometrics.db' : 'the files of the people';
};
