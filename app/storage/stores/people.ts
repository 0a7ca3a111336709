import type { Cardholder, Credential } from '#core/access/credential.ts';
import type { TemplateRecord } from '#core/biometrics/template.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Consent } from '#core/privacy/consent.ts';
import { emptyWal, rollBack, type Sqlite } from '../files/openDatabase.ts';
import { Cardholders } from './cardholders.ts';
import { Consents } from './consents.ts';
import { Credentials } from './credentials.ts';
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
  readonly #damaged = new Map<Pseudonym, Fault>();

  constructor(files: PeopleFiles, keyring: Keyring, report: (line: HealthReport) => void) {
    this.#files = files;
    this.#keyring = keyring;
    this.#report = report;
    this.#cardholders = new Cardholders(files.identities);
    this.#credentials = new Credentials(files.identities);
    this.#consents = new Consents(files.biometrics);
    this.#templates = new Templates(files.biometrics);
    this.#sweepHalfEnrolled();
    keyring.unlock((pseudonym, fault) => void this.#damaged.set(pseudonym, fault));
  }

  /** The roster in parts, so that journal entries need not wait for all of it; then who was left out. */
  *load(): Generator<RosterPart, readonly Pseudonym[]> {
    const stores = { cardholders: this.#cardholders, credentials: this.#credentials, templates: this.#templates };
    const damaged = new Map(this.#damaged);
    yield* new RosterReader(stores, this.#keyring, damaged).parts();
    const [first] = damaged.values();
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
    using keys = new DisposableStack();
    const fresh = new Map<Pseudonym, FreshKeys>();
    const { keyring, biometrics, identities } = this.#files;
    const inOrder = [keyring, biometrics, identities];
    let committed = 0;
    try {
      for (const file of inOrder) file.exec('BEGIN IMMEDIATE');
      let offset = 0;
      for (const person of people) {
        const { pseudonym } = person.cardholder;
        this.#refuseKnown(pseudonym);
        const made = keys.use(this.#keyring.make(pseudonym));
        fresh.set(pseudonym, made);
        this.#addRows(person, made, features.subarray(offset));
        offset += person.templates.length * TEMPLATE_BYTES;
      }
      for (const file of inOrder) {
        file.exec('COMMIT');
        committed += 1;
      }
    } catch (error) {
      for (const file of inOrder) rollBack(file);
      if (committed > 0) this.#forget(fresh.keys());
      throw error;
    }
    for (const [pseudonym, made] of fresh) this.#keyring.admit(pseudonym, made);
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
    if (!this.#cardholders.has(pseudonym)) return;
    throw new Fault('storage', {
      thing: `enrolment of ${pseudonym}`,
      found: 'somebody enrolled already',
      expected: 'a new person',
    });
  }

  #sweepHalfEnrolled(): void {
    const enrolled = new Set(this.#cardholders.pseudonyms());
    const halfEnrolled = this.#keyring.pseudonyms().filter((pseudonym) => !enrolled.has(pseudonym));
    if (halfEnrolled.length === 0) return;
    this.#remove(halfEnrolled);
    this.#report({
      part: 'people',
      level: 'warning',
      says: `${halfEnrolled.length} enrolments that were cut off have been removed: enrol these people again`,
    });
  }

  /** After a commit that failed behind another: what cannot be removed now is swept away at the next start. */
  #forget(pseudonyms: Iterable<Pseudonym>): void {
    try {
      this.#remove([...pseudonyms]);
    } catch (error) {
      const says = `half an enrolment is left until the next start: ${messageOf(error)}`;
      this.#report({ part: 'people', level: 'warning', says });
    }
  }

  /** Keys last: as long as one stands, the sweep finds the person. */
  #remove(pseudonyms: readonly Pseudonym[]): void {
    const { keyring, biometrics } = this.#files;
    biometrics.transaction(() => {
      for (const pseudonym of pseudonyms) {
        this.#templates.removeOf(pseudonym);
        this.#consents.removeOf(pseudonym);
      }
    })();
    keyring.transaction(() => {
      for (const pseudonym of pseudonyms) this.#keyring.destroy(pseudonym);
    })();
    emptyWal(biometrics);
    emptyWal(keyring);
  }
}
