import type { Cardholder } from '#core/access/credential.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import { after, millis, type WallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { Receipts } from '#core/ports/receipts.ts';
import type { PeopleStore } from '#core/ports/stores.ts';
import type { Deletion } from '#core/privacy/deletion.ts';
import type { DeletionReceipt, RevocationReceipt, SignedReceipt } from '#core/privacy/receipt.ts';
import { afterErasure, type RetentionRules } from '#core/privacy/retention.ts';
import type { ClockGuard } from './clockGuard.ts';
import type { KnownPeople } from './knownPeople.ts';
import type { Recorder } from './recorder.ts';

/** How often what a disk could not do is tried again. */
export const RIGHTS_RETRY_MS = 600_000;
/** People that one search by name shows. */
export const PEOPLE_FOUND_MAX = 20;

export interface SubjectRightsParts {
  readonly people: PeopleStore;
  readonly receipts: Receipts;
  readonly known: KnownPeople;
  readonly retention: RetentionRules;
  readonly guard: ClockGuard;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly health: Health;
}

const RIGHTS_PART = 'withdrawals, erasures and revocations';

/** What somebody who serves a person must know to name the records. Numbers and hashes are not among it. */
export interface FoundPerson {
  readonly pseudonym: Pseudonym;
  readonly name: string;
  readonly relation: Cardholder['relation'];
  readonly validUntil: WallTime;
  readonly hasFace: boolean;
  readonly credentials: readonly { readonly id: CredentialId; readonly kind: 'card' | 'pin' }[];
}

interface Asked {
  readonly thing: string;
  /** Of somebody who is known: what the disk cannot do now is tried again. */
  readonly owed: boolean;
}

/**
 * What a person may ask for, each with a receipt. It works in memory first, so that it holds from the moment at which it
 * is asked for; where the disk fails it is owed, and tried again until it is done.
 */
export class SubjectRights implements Disposable {
  readonly #parts: SubjectRightsParts;
  /** What has its effect in memory already and not yet on the disk, by what it concerns. */
  readonly #owed = new Map<string, () => Promise<unknown>>();
  #retry: Disposable | undefined;

  constructor(parts: SubjectRightsParts) {
    this.#parts = parts;
  }

  /**
   * Matching stops with this call; then the biometric key goes, and with it every copy of the templates. Card and PIN
   * stay. Once more gives the receipt of the first time.
   * @throws Fault `storage` where the disk cannot do it now: matching has stopped, and it is tried again.
   */
  async withdraw(pseudonym: Pseudonym): Promise<SignedReceipt<DeletionReceipt>> {
    const { people, known, recorder, guard } = this.#parts;
    const isKnown = known.directory.holder(pseudonym) !== undefined;
    known.dropFace(pseudonym);
    const deletion = await this.#do({ thing: `face of ${pseudonym}`, owed: isKnown }, async () => {
      const before = await people.deletionOf(pseudonym);
      const done = await people.withdrawFace(pseudonym, guard.time);
      // Again: a capture that was under way meanwhile may have brought the face back.
      known.dropFace(pseudonym);
      known.faceGone([pseudonym]);
      if (before?.biometricKeyDestroyedAt !== done.biometricKeyDestroyedAt)
        recorder.record({ kind: 'face-withdrawn' }, pseudonym);
      return done;
    });
    return await this.#receiptOf(deletion);
  }

  /**
   * The person opens nothing from this call on. Kept until the last legal minimum has ended, and used for nothing else.
   * @throws Fault `storage` as `withdraw` does
   */
  async erase(pseudonym: Pseudonym): Promise<SignedReceipt<DeletionReceipt>> {
    const { people, known, recorder, guard, retention } = this.#parts;
    const isKnown = known.directory.holder(pseudonym) !== undefined;
    known.drop([pseudonym]);
    const deletion = await this.#do({ thing: `records of ${pseudonym}`, owed: isKnown }, async () => {
      const done = await people.erase(pseudonym, guard.time, afterErasure(retention));
      known.drop([pseudonym]);
      known.faceGone([pseudonym]);
      if (done.recordKey.kind === 'restricted') recorder.record({ kind: 'erasure-asked' }, pseudonym);
      else recorder.record({ kind: 'erased' });
      return done;
    });
    return await this.#receiptOf(deletion);
  }

  /**
   * A card or PIN that opens nothing from this call on, whatever a backup says.
   * @throws Fault `command` for a credential that nobody holds, `storage` as `withdraw` does
   */
  async revoke(credential: CredentialId): Promise<SignedReceipt<RevocationReceipt>> {
    const { people, known, recorder, guard, receipts, clock } = this.#parts;
    const pseudonym = known.dropCredential(credential);
    if (pseudonym === undefined) {
      const about = {
        thing: `credential ${credential}`,
        found: 'nobody who holds it',
        expected: "somebody's card or PIN",
      };
      throw new Fault('command', about);
    }
    const revokedAt = guard.time;
    await this.#do({ thing: `credential ${credential}`, owed: true }, async () => {
      await people.revokeCredential(credential, revokedAt);
      recorder.record({ kind: 'credential-revoked' }, pseudonym);
    });
    return await receipts.ofRevocation({ pseudonym, credential, revokedAt }, clock.wall());
  }

  /** The receipt of what was deleted of somebody so far. @throws Fault `command` where that is nothing. */
  async receipt(pseudonym: Pseudonym): Promise<SignedReceipt<DeletionReceipt>> {
    const deletion = await this.#parts.people.deletionOf(pseudonym);
    if (deletion !== undefined) return await this.#receiptOf(deletion);
    const expected = 'somebody of whom something was deleted, and whose record key is still there';
    throw new Fault('command', { thing: `receipt for ${pseudonym}`, found: 'nothing deleted', expected });
  }

  /** @throws Fault `key` for a receipt that this terminal did not give out. */
  receiptAgain(receipt: SignedReceipt): Promise<SignedReceipt> {
    return this.#parts.receipts.again(receipt, this.#parts.clock.wall());
  }

  /**
   * Looks somebody up by name, letter case apart. Each look at a person's records is recorded before it is shown.
   * @throws Fault `journal` where it cannot be recorded: nothing is shown then.
   */
  async find(name: string): Promise<readonly FoundPerson[]> {
    const { known, recorder } = this.#parts;
    const wanted = folded(name);
    const found: Cardholder[] = [];
    for (const holder of known.directory.holders()) {
      if (found.length < PEOPLE_FOUND_MAX && folded(holder.name) === wanted) found.push(holder);
    }
    for (const { pseudonym } of found) {
      if (await recorder.recordFirst({ kind: 'records-read' }, pseudonym)) continue;
      const about = {
        thing: 'a look at records',
        found: 'no entry for it',
        expected: 'an entry before anything is shown',
      };
      throw new Fault('journal', about);
    }
    return found.map((holder) => this.#shown(holder));
  }

  /** Tries nothing again any more; what is owed is lost with the gate's memory, and has to be asked for again. */
  [Symbol.dispose](): void {
    this.#retry?.[Symbol.dispose]();
  }

  #shown({ pseudonym, name, relation, validity }: Cardholder): FoundPerson {
    const { known } = this.#parts;
    const credentials = known.directory.credentialsOf(pseudonym).map(({ id, kind }) => ({ id, kind }));
    return { pseudonym, name, relation, validUntil: validity.until, hasFace: known.hasFace(pseudonym), credentials };
  }

  #receiptOf(deletion: Deletion): Promise<SignedReceipt<DeletionReceipt>> {
    return this.#parts.receipts.ofDeletion(deletion, this.#parts.clock.wall());
  }

  async #do<Result>({ thing, owed }: Asked, act: () => Promise<Result>): Promise<Result> {
    try {
      const result = await act();
      if (this.#owed.delete(thing)) this.#tell('done after all');
      return result;
    } catch (error) {
      if (owed) {
        this.#owed.set(thing, act);
        this.#tell(messageOf(error));
      }
      throw error;
    }
  }

  /** How many are owed, and never whose. */
  #tell(why: string): void {
    const { clock, health } = this.#parts;
    const count = this.#owed.size;
    if (count === 0) return health.report({ part: RIGHTS_PART, level: 'ok', says: why });
    const says = `${count} not on the disk yet: in force at this gate, tried again every ten minutes (${why})`;
    health.report({ part: RIGHTS_PART, level: 'failed', says });
    this.#retry ??= clock.at(after(clock.monotonic(), millis(RIGHTS_RETRY_MS)), () => void this.#tryAgain());
  }

  async #tryAgain(): Promise<void> {
    this.#retry = undefined;
    // What is owed still stays in its place; nothing is looked at twice.
    for (const [thing, act] of this.#owed) {
      // Told by then, and still owed.
      await this.#do({ thing, owed: true }, act).catch(() => undefined);
    }
  }
}

const folded = (name: string): string => name.normalize('NFKC').trim().toLowerCase();
