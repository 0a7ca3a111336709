import type { MessagePort } from 'node:worker_threads';
import { assertNever } from '#core/kernel/assert.ts';
import { messageOf } from '#core/kernel/fault.ts';
import { toFaultMessage } from '#core/kernel/faultMessage.ts';
import { CHECKPOINT_MS_MAX } from '#core/journal/checkpoint.ts';
import type { AnchorStore } from '#core/ports/anchorStore.ts';
import type { HealthReport } from '#core/ports/health.ts';
import { openPage } from '../stores/rosterPage.ts';
import { diskFault } from '../files/diskFault.ts';
import { ExportAnchor } from '../journal/checkExport.ts';
import type { AppendAnswer, CallMessage, Calls, JournalCheckOptions, ThreadMessage } from './protocol.ts';
import { RosterHelper } from './rosterHelper.ts';
import type { Vault } from './vault.ts';

export interface ThreadLoopParts {
  readonly vault: Vault;
  /** Rows of the roster from which on a second thread helps to open them. */
  readonly rowsForTwo: number;
  /** One that was started with this thread. */
  readonly helper?: RosterHelper | undefined;
  readonly answer: (message: ThreadMessage) => void;
  readonly report: (line: HealthReport) => void;
  /** Called when everything is closed. */
  readonly ended: () => void;
}

type AppendCall = Extract<CallMessage, { call: 'append' }>;
type OtherCall = Exclude<CallMessage, AppendCall>;

/**
 * Journal entries go before everything else; the other calls are done one after the other, and a long one lets waiting
 * entries pass between its parts.
 */
export class ThreadLoop {
  readonly #parts: ThreadLoopParts;
  readonly #calls: OtherCall[] = [];
  #busy = false;
  #helper: RosterHelper | undefined;
  #checkpointTimer: NodeJS.Timeout | undefined;

  constructor(parts: ThreadLoopParts) {
    this.#parts = parts;
    this.#helper = parts.helper;
  }

  take(message: CallMessage): void {
    if (message.call === 'append') return this.#append(message);
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
        const fault = diskFault(isOfJournal(call) ? 'journal' : 'storage', fileOf(call), error);
        this.#parts.answer({ kind: 'fault', id, fault: toFaultMessage(fault) });
      }
      if (call.call === 'close') return this.#parts.ended();
    }
    this.#busy = false;
  }

  #do(call: OtherCall): unknown {
    const { people, journal, receipts, keys } = this.#parts.vault;
    switch (call.call) {
      case 'read':
        return journal.read(call.given.from, call.given.limit);
      case 'search':
        return journal.search(call.given.query, call.given.behind, call.given.limit);
      case 'check':
        return this.#inParts(journal.check(checkOptions(call.given)));
      case 'export':
        return this.#inParts(journal.export(call.given));
      case 'expired':
        return journal.expired(call.given);
      case 'removeBefore':
        return journal.removeBefore(call.given);
      case 'expiredSubjects':
        return journal.expiredSubjects(call.given);
      case 'removeSubjects':
        return journal.removeSubjects(call.given);
      case 'load':
        return this.#load(call.id, call.given?.aside);
      case 'enrol':
        return withFeatures(call.given.features, (features) => people.enrol(call.given.people, features));
      case 'consents':
        return people.consentsOf(call.given);
      case 'removeConsents':
        return people.removeConsents(call.given.endedBy, call.given.behind);
      case 'addFace':
        return withFeatures(call.given.features, (features) => people.addFace(call.given.face, features));
      case 'withdrawFace':
        return people.withdrawFace(call.given.pseudonym, call.given.at);
      case 'withdrawFaces':
        return people.withdrawFaces(call.given.people, call.given.at);
      case 'erase':
        return people.erase(call.given.people, call.given.at, call.given.retention);
      case 'eraseDue':
        return people.eraseDue(call.given.at, call.given.limit);
      case 'dueErasures':
        return people.dueErasures();
      case 'deletionOf':
        return people.deletionOf(call.given);
      case 'revokeCredential':
        return people.revokeCredential(call.given.credential, call.given.at);
      case 'receiptOfDeletion':
        return receipts.issue(call.given.deletion, call.given.at);
      case 'receiptOfRevocation':
        return receipts.issueRevocation(call.given.revocation, call.given.at);
      case 'receiptAgain':
        return receipts.again(call.given.receipt, call.given.at);
      case 'keyStanding':
        return keys.standing;
      case 'changeKey':
        return this.#inParts(keys.change(call.given));
      case 'keyChangeRecorded':
        return keys.noteRecorded(call.given);
      case 'setRecoveryKey':
        return keys.setRecoveryKey(call.given);
      case 'snapshot':
        return this.#inParts(this.#parts.vault.snapshot(call.given));
      case 'terminal':
        return this.#parts.vault.terminal;
      case 'retryEscrow':
        return this.#parts.vault.retryEscrow();
      case 'close':
        return this.#close();
      default:
        return assertNever(call);
    }
  }

  /** What is large is opened by two threads: this one does what the other has no time for. */
  async #load(id: number, aside: MessagePort | undefined): Promise<Calls['load']['answer']> {
    const reader = this.#parts.vault.people.reader();
    await using helper = aside === undefined ? undefined : this.#helperFor(reader.rows);
    if (aside !== undefined) helper?.giveTo(aside);
    for (const page of reader.pages()) {
      if (helper?.take(page) !== true) {
        const { part, damaged } = openPage(page);
        reader.note(damaged);
        this.#parts.answer({ kind: 'part', id, part });
      }
      await settled();
    }
    if (helper !== undefined) reader.note(await helper.done());
    return { leftOut: reader.leftOut(), aside: helper?.parts ?? 0 };
  }

  #helperFor(rows: number): RosterHelper | undefined {
    const helper = this.#helper ?? (rows < this.#parts.rowsForTwo ? undefined : new RosterHelper());
    this.#helper = undefined;
    return helper;
  }

  #append({ id, given }: AppendCall): void {
    const { journal } = this.#parts.vault;
    try {
      const answer = journal
        .append(given)
        .map(({ id: number, fault }): AppendAnswer =>
          fault === undefined ? { id: number } : { id: number, fault: toFaultMessage(fault) },
        );
      this.#parts.answer({ kind: 'answer', id, answer });
    } catch (error) {
      this.#parts.answer({ kind: 'fault', id, fault: toFaultMessage(diskFault('journal', 'journal.db', error)) });
    }
    journal.anchor();
    if (journal.needsCheckpoint) this.#checkpointLater();
  }

  #checkpointLater(): void {
    this.#checkpointTimer ??= setTimeout(() => {
      this.#checkpointTimer = undefined;
      try {
        this.#parts.vault.journal.checkpoint();
      } catch (error) {
        this.#parts.report({ part: 'journal anchor', level: 'warning', says: `no checkpoint: ${messageOf(error)}` });
        this.#checkpointLater();
      }
    }, CHECKPOINT_MS_MAX).unref();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#checkpointTimer);
    await this.#helper?.[Symbol.asyncDispose]();
    this.#parts.vault[Symbol.dispose]();
  }

  async #inParts<Result>(parts: Generator<void, Result>): Promise<Result> {
    for (;;) {
      const next = parts.next();
      if (next.done === true) return next.value;
      await settled();
    }
  }
}

/** Lets messages that have come in meanwhile, and the entries in them, go first. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isOfJournal = ({ call }: OtherCall): boolean =>
  /^(?:read|search|check|export|expired|removeBefore|expiredSubjects|removeSubjects)$/.test(call);

const checkOptions = ({
  indexes,
  exports = [],
}: JournalCheckOptions): { indexes: boolean; anchors: AnchorStore[] } => ({
  indexes,
  anchors: exports.map((path) => new ExportAnchor(path)),
});

const fileOf = (call: OtherCall): string => {
  if (isOfJournal(call)) return 'journal.db';
  return call.call === 'consents' ? 'biometrics.db' : 'the files of the people';
};

/** The features of new templates are overwritten whatever comes of them. */
function withFeatures(features: SharedArrayBuffer, act: (features: Uint8Array) => void): void {
  const bytes = new Uint8Array(features);
  try {
    act(bytes);
  } finally {
    bytes.fill(0);
  }
}
