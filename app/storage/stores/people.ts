import type { Cardholder, Credential } from '#core/access/credential.ts';
import type { TemplateRecord } from '#core/biometrics/template.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Consent } from '#core/privacy/consent.ts';
import type { Deletion } from '#core/privacy/deletion.ts';
import { recordKeyDue, type RetentionRules } from '#core/privacy/retention.ts';
import { emptyWal, inTransaction, rollBack, type Sqlite } from '../files/openDatabase.ts';
import { Cardholders } from './cardholders.ts';
import { Consents } from './consents.ts';
import { Credentials } from './credentials.ts';
import type { KeyEntry } from '../keys/keyBlock.ts';
import type { FreshKeys, Keyring } from './keyring.ts';
import { RosterReader, type RosterPart } from './rosterReader.ts';
import { Templates, TEMPLATE_BYTES } from './templates.ts';

/** One person's enrolment as it crosses to the thread: the features lie in one buffer, in the order of the templates. */
export interface EnrolmentRows {
  readonly cardholder: Cardholder;
  readonly credentials: readonly Credential[];
  readonly consent?: Consent;
  readonly templates: readonly TemplateRecord[];
}

export interface PeopleFiles {
  readonly keyring: Sqlite;
  readonly biometrics: Sqlite;
  readonly identities: Sqlite;
}

/** The three files of the people as one store. What it throws may be SQLite's own error: the caller names it. */
export class People {
  readonly #files: PeopleFiles;
  readonly #keyring: Keyring;
  readonly #report: (line: HealthReport) => void;
  readonly #cardholders: Cardholders;
  readonly #credentials: Credentials;
  readonly #consents: Consents;
  readonly #templates: Templates;
  constructor(files: PeopleFiles, keyring: Keyring, report: (line: HealthReport) => void) {
    this.#files = files;
    this.#keyring = keyring;
    this.#report = report;
    this.#cardholders = new Cardholders(files.identities);
    this.#credentials = new Credentials(files.identities);
    this.#consents = new Consents(files.biometrics);
    this.#templates = new Templates(files.biometrics);
    this.#sweep();
  }

  /** The roster in parts, so that journal entries need not wait for all of it; then who was left out. */
  *load(): Generator<RosterPart, readonly Pseudonym[]> {
    const stores = { cardholders: this.#cardholders, credentials: this.#credentials, templates: this.#templates };
    const damaged = new Map<Pseudonym, Fault>();
    yield* new RosterReader(stores, this.#keyring, damaged).parts();
    const [first] = [...this.#keyring.damaged, ...damaged.values()];
    if (first !== undefined) {
      const says = `${damaged.size} of the people left out, their rows are damaged; the first: ${first.message}`;
      this.#report({ part: 'people', level: 'failed', says });
    }
    return [...damaged.keys()];
  }

  /**
   * All of these people or none. The cardholder's row is committed last and is what makes a person enrolled: whatever a
   * loss of power leaves before it belongs to nobody, and is swept away at the next start.
   */
  enrol(people: readonly EnrolmentRows[], features: Uint8Array): void {
    const pseudonyms = people.map(({ cardholder }) => cardholder.pseudonym);
    for (const pseudonym of pseudonyms) this.#refuseKnown(pseudonym);
    using keys = new DisposableStack();
    const { keyring, biometrics, identities } = this.#files;
    const inOrder = [keyring, biometrics, identities];
    let committed = 0;
    try {
      for (const file of inOrder) file.exec('BEGIN IMMEDIATE');
      const staged = keys.use(this.#keyring.make(pseudonyms));
      let offset = 0;
      for (const person of people) {
        this.#addRows(person, staged.of(person.cardholder.pseudonym), features.subarray(offset));
        offset += person.templates.length * TEMPLATE_BYTES;
      }
      for (const file of inOrder) {
        file.exec('COMMIT');
        committed += 1;
        if (file === keyring) staged.admit();
      }
    } catch (error) {
      for (const file of inOrder) rollBack(file);
      if (committed > 0) this.#forget(pseudonyms);
      throw error;
    }
  }

  /** @throws Fault `storage` where a consent's row does not open. */
  consentsOf(pseudonym: Pseudonym): Consent[] {
    return this.#consents.of(this.#keyring.recordKeys.get(pseudonym), pseudonym);
  }

  /** Removing what is not there is no error: it is gone. */
  removeTemplate(id: TemplateId): void {
    this.#templates.remove(id);
    emptyWal(this.#files.biometrics);
  }

  /** Keys first: from then on the rows are noise, and what a loss of power leaves of them is swept away at the next start. */
  withdrawFace(pseudonym: Pseudonym, at: WallTime): Deletion {
    const entry = this.#living(pseudonym);
    const ended = { ...entry, faceEndedAt: entry.faceEndedAt ?? at };
    this.#keyring.destroy(entry.faceEndedAt === undefined ? [ended] : []);
    this.#removeTemplatesOf([pseudonym]);
    return this.#deletionOf(ended);
  }

  /** All of them in one renewal. @throws Fault `storage` for somebody who is not enrolled; nobody is erased then. */
  erase(people: readonly Pseudonym[], at: WallTime, rules: RetentionRules): Deletion[] {
    const entries = [...new Set(people)].map((pseudonym) => this.#erased(this.#living(pseudonym), at, rules));
    this.#keyring.destroy(entries);
    return this.#clearAway(entries);
  }

  eraseDue(at: WallTime): Deletion[] {
    const due = this.#keyring
      .special()
      .filter(({ standing, recordDueAt }) => standing === 'restricted' && (recordDueAt ?? 0) <= at);
    const entries = due.map((entry) => ({ ...entry, standing: 'erased' as const, recordDueAt: at }));
    this.#keyring.destroy(entries);
    return this.#clearAway(entries);
  }

  #living(pseudonym: Pseudonym): KeyEntry {
    const entry = this.#keyring.entry(pseudonym);
    if (entry.standing !== 'erased') return entry;
    throw new Fault('storage', {
      thing: `keys of ${pseudonym}`,
      found: 'none any more',
      expected: 'somebody enrolled',
    });
  }

  /** `recordDueAt` of somebody erased is the moment at which it was done. */
  #erased(entry: KeyEntry, at: WallTime, rules: RetentionRules): KeyEntry {
    const faceEndedAt = entry.faceEndedAt ?? at;
    const due =
      entry.recordDueAt ??
      recordKeyDue({ erasedAt: at, faceEndedAt: this.#consents.has(entry.pseudonym) ? faceEndedAt : undefined }, rules);
    const over = due <= at;
    return { ...entry, faceEndedAt, standing: over ? 'erased' : 'restricted', recordDueAt: over ? at : due };
  }

  #clearAway(entries: readonly KeyEntry[]): Deletion[] {
    this.#removeTemplatesOf(entries.map(({ pseudonym }) => pseudonym));
    const erased = entries.filter(({ standing }) => standing === 'erased').map(({ pseudonym }) => pseudonym);
    const deletions = entries.map((entry) => this.#deletionOf(entry));
    this.#removeRowsOf(erased);
    return deletions;
  }

  #deletionOf({ pseudonym, standing, faceEndedAt = wallTime(NaN), recordDueAt = wallTime(NaN) }: KeyEntry): Deletion {
    const recordKey: Record<KeyEntry['standing'], Deletion['recordKey']> = {
      held: { kind: 'in-use' },
      restricted: { kind: 'restricted', until: recordDueAt },
      erased: { kind: 'destroyed', at: recordDueAt },
    };
    const { generation } = this.#keyring;
    return { pseudonym, biometricKeyDestroyedAt: faceEndedAt, recordKey: recordKey[standing], generation };
  }

  #addRows(person: EnrolmentRows, keys: FreshKeys, features: Uint8Array): void {
    if (person.consent !== undefined) this.#consents.add(keys.record, person.consent);
    for (const [index, record] of person.templates.entries()) {
      const start = index * TEMPLATE_BYTES;
      this.#templates.add(keys.biometric, record, features.subarray(start, start + TEMPLATE_BYTES));
    }
    this.#cardholders.add(keys.record, person.cardholder);
    for (const credential of person.credentials) this.#credentials.add(keys.record, credential);
  }

  #refuseKnown(pseudonym: Pseudonym): void {
    if (!this.#cardholders.has(pseudonym) && !this.#keyring.has(pseudonym)) return;
    throw new Fault('storage', {
      thing: `enrolment of ${pseudonym}`,
      found: 'somebody enrolled already',
      expected: 'a new person',
    });
  }

  /** What a loss of power left: half an enrolment, rows whose key is gone, people whose keys are gone. */
  #sweep(): void {
    const enrolled = new Set(this.#cardholders.pseudonyms());
    const special = new Map(this.#keyring.special().map((entry) => [entry.pseudonym, entry]));
    const halfEnrolled = this.#keyring
      .pseudonyms()
      .filter((pseudonym) => !enrolled.has(pseudonym) && !special.has(pseudonym));
    this.#eraseAtOnce(halfEnrolled);
    this.#removeTemplatesOf([...special.keys()]);
    this.#removeRowsOf(
      [...special.values()].filter(({ standing }) => standing === 'erased').map(({ pseudonym }) => pseudonym),
    );
    if (halfEnrolled.length === 0) return;
    this.#report({
      part: 'people',
      level: 'warning',
      says: `${halfEnrolled.length} enrolments that were cut off have been removed: enrol these people again`,
    });
  }

  /** After a commit that failed behind another: what cannot be removed now is swept away at the next start. */
  #forget(pseudonyms: readonly Pseudonym[]): void {
    try {
      this.#eraseAtOnce(pseudonyms);
    } catch (error) {
      const says = `half an enrolment is left until the next start: ${messageOf(error)}`;
      this.#report({ part: 'people', level: 'warning', says });
    }
  }

  /** Of people who were never enrolled: no record of them has to be kept. */
  #eraseAtOnce(pseudonyms: readonly Pseudonym[]): void {
    if (pseudonyms.length === 0) return;
    this.#keyring.destroy(pseudonyms.map((pseudonym) => ({ pseudonym, standing: 'erased' })));
    this.#removeTemplatesOf(pseudonyms);
    this.#removeRowsOf(pseudonyms);
  }

  #removeTemplatesOf(pseudonyms: readonly Pseudonym[]): void {
    if (pseudonyms.length === 0) return;
    const { biometrics } = this.#files;
    inTransaction(biometrics, () => {
      for (const pseudonym of pseudonyms) this.#templates.removeOf(pseudonym);
    });
    emptyWal(biometrics);
  }

  /** Everything of erased people, their place in the keyring last: as long as it stands, the sweep finds them. */
  #removeRowsOf(pseudonyms: readonly Pseudonym[]): void {
    if (pseudonyms.length === 0) return;
    const { biometrics, identities } = this.#files;
    inTransaction(biometrics, () => {
      for (const pseudonym of pseudonyms) this.#consents.removeOf(pseudonym);
    });
    inTransaction(identities, () => {
      for (const pseudonym of pseudonyms) {
        this.#credentials.removeOf(pseudonym);
        this.#cardholders.remove(pseudonym);
      }
    });
    for (const file of [biometrics, identities]) emptyWal(file);
    this.#keyring.forget(pseudonyms);
  }
}
