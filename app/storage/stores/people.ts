import type { Cardholder, Credential } from '#core/access/credential.ts';
import type { TemplateRecord } from '#core/biometrics/template.ts';
import { assert } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { ConsentsRemoved } from '#core/ports/stores.ts';
import type { Consent } from '#core/privacy/consent.ts';
import type { Deletion } from '#core/privacy/deletion.ts';
import type { RetentionRules } from '#core/privacy/retention.ts';
import { emptyWal, inTransaction, rollBack } from '../files/openDatabase.ts';
import { Cardholders } from './cardholders.ts';
import { Consents } from './consents.ts';
import { Credentials } from './credentials.ts';
import type { KeyEntry } from '../keys/keyBlock.ts';
import type { FreshKeys } from './freshKeys.ts';
import type { Keyring } from './keyring.ts';
import { removeOldConsents } from './oldConsents.ts';
import { RevokedCredentials } from './revokedCredentials.ts';
import type { RosterPart } from './rosterPage.ts';
import { RosterReader, type PeopleFiles } from './rosterReader.ts';
import { deletionOf, erasedFrom } from './standings.ts';
import { Templates, TEMPLATE_BYTES } from './templates.ts';

/** One person's enrolment as it crosses to the thread: the features lie in one buffer, in the order of the templates. */
export interface EnrolmentRows {
  readonly cardholder: Cardholder;
  readonly credentials: readonly Credential[];
  readonly consent?: Consent;
  readonly templates: readonly TemplateRecord[];
}

/** A face that somebody enrolled gives later, in the same form. */
export interface FaceRows {
  readonly consent: Consent;
  readonly templates: readonly TemplateRecord[];
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
  readonly #revoked: RevokedCredentials;

  constructor(files: PeopleFiles, keyring: Keyring, report: (line: HealthReport) => void) {
    this.#files = files;
    this.#keyring = keyring;
    this.#report = report;
    this.#cardholders = new Cardholders(files.identities);
    this.#credentials = new Credentials(files.identities);
    this.#consents = new Consents(files.biometrics);
    this.#templates = new Templates(files.biometrics);
    this.#revoked = new RevokedCredentials(files.keyring);
    this.#sweep();
  }

  /** The roster in parts, so that journal entries need not wait for all of it; then who was left out. */
  load(): Generator<RosterPart, readonly Pseudonym[]> {
    return this.reader().parts();
  }

  /** The same for whoever opens the pages, or has them opened. */
  reader(): RosterReader {
    return new RosterReader(this.#files, this.#keyring, this.#report);
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

  /**
   * A face for somebody who gave none so far, or has withdrawn it: under a biometric key of its own.
   * @throws Fault `storage` for somebody who is not enrolled, is to be erased, or has a face.
   */
  addFace({ consent, templates }: FaceRows, features: Uint8Array): void {
    const { pseudonym } = consent;
    const entry = this.#living(pseudonym);
    const refused = this.#templates.has(pseudonym) ? 'a face' : 'an erasure that was asked for';
    if (entry.standing !== 'held' || this.#templates.has(pseudonym))
      throw new Fault('storage', { thing: `face for ${pseudonym}`, found: refused, expected: 'none' });
    const record = this.#keyring.recordKeys.get(pseudonym);
    assert(record !== undefined, 'somebody held has a record key');
    const { keyring, biometrics } = this.#files;
    this.#keyring.settle();
    let given = false;
    try {
      for (const file of [keyring, biometrics]) file.exec('BEGIN IMMEDIATE');
      using face = this.#keyring.giveFace(pseudonym);
      this.#addFaceRows({ biometric: face.key, record }, { consent, templates }, features);
      // The key first: cut off behind it, the person is as one who never gave a face.
      keyring.exec('COMMIT');
      given = true;
      face.admit();
      biometrics.exec('COMMIT');
      this.#keyring.tellAgain();
    } catch (error) {
      for (const file of [keyring, biometrics]) rollBack(file);
      if (given && entry.faceEndedAt !== undefined) this.#endAgain(entry);
      throw error;
    }
  }

  /** @throws Fault `storage` where a consent's row does not open. */
  consentsOf(pseudonym: Pseudonym): Consent[] {
    return this.#consents.of(this.#keyring.recordKeys.get(pseudonym), pseudonym);
  }

  removeConsents(endedBy: WallTime, behind: number): ConsentsRemoved {
    return removeOldConsents(this.#files.biometrics, this.#keyring.recordKeys, { endedBy, behind });
  }

  withdrawFace(pseudonym: Pseudonym, at: WallTime): Deletion {
    const [deletion] = this.#endFaces([this.#living(pseudonym)], at);
    assert(deletion !== undefined, 'ending the face of a person says what became of it');
    return deletion;
  }

  /** All of them in one renewal; whoever is not enrolled has no face that could be left. */
  withdrawFaces(people: readonly Pseudonym[], at: WallTime): Deletion[] {
    const known = [...new Set(people)].filter((pseudonym) => this.#keyring.has(pseudonym));
    const entries = known.map((pseudonym) => this.#keyring.entry(pseudonym));
    return this.#endFaces(
      entries.filter(({ standing }) => standing !== 'erased'),
      at,
    );
  }

  /** All of them in one renewal. @throws Fault `storage` for somebody who is not enrolled; nobody is erased then. */
  erase(people: readonly Pseudonym[], at: WallTime, rules: RetentionRules): Deletion[] {
    const entries = [...new Set(people)].map((pseudonym) => {
      const held = { entry: this.#living(pseudonym), gaveConsent: this.#consents.has(pseudonym) };
      return erasedFrom(held, at, rules);
    });
    this.#keyring.destroy(entries);
    return this.#clearAway(entries);
  }

  /** At most `limit` of those that are due, in one renewal. */
  eraseDue(at: WallTime, limit = Infinity): Deletion[] {
    const due = this.#restricted().filter(({ recordDueAt }) => (recordDueAt ?? 0) <= at);
    const entries = due.slice(0, limit).map((entry) => ({ ...entry, standing: 'erased' as const, recordDueAt: at }));
    this.#keyring.destroy(entries);
    return this.#clearAway(entries);
  }

  /** When the record keys of restricted people are due, the first one first. */
  dueErasures(): WallTime[] {
    const due = this.#restricted().map(({ recordDueAt }) => recordDueAt ?? wallTime(0));
    return due.toSorted((a, b) => a - b);
  }

  /** What was deleted of somebody so far; undefined where that is nothing, or nothing is left to tell it by. */
  deletionOf(pseudonym: Pseudonym): Deletion | undefined {
    if (!this.#keyring.has(pseudonym)) return undefined;
    const entry = this.#keyring.entry(pseudonym);
    return entry.standing === 'held' && entry.faceEndedAt === undefined ? undefined : this.#deletionOf(entry);
  }

  /** Remembered first, so that a backup does not bring it back whatever happens next. */
  revokeCredential(credential: CredentialId, at: WallTime): void {
    this.#revoked.add({ credential, at });
    this.#credentials.remove(credential);
    emptyWal(this.#files.identities);
    this.#keyring.tellAgain();
  }

  #restricted(): KeyEntry[] {
    return this.#keyring.special().filter(({ standing }) => standing === 'restricted');
  }

  /** Keys first: from then on the rows are noise, and what a loss of power leaves of them is swept away at the next start. */
  #endFaces(entries: readonly KeyEntry[], at: WallTime): Deletion[] {
    const ended = entries.map((entry) => ({ ...entry, faceEndedAt: entry.faceEndedAt ?? at }));
    this.#keyring.destroy(ended.filter((_, index) => entries[index]?.faceEndedAt === undefined));
    this.#removeTemplatesOf(ended.map(({ pseudonym }) => pseudonym));
    return ended.map((entry) => this.#deletionOf(entry));
  }

  /** A face that could not be taken in after all: it ended when it had ended before. */
  #endAgain(entry: KeyEntry): void {
    try {
      this.#keyring.destroy([entry]);
    } catch (error) {
      const says = `a key without a template is left of a face that could not be stored: ${messageOf(error)}`;
      this.#report({ part: 'people', level: 'warning', says });
    }
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

  #clearAway(entries: readonly KeyEntry[]): Deletion[] {
    this.#removeTemplatesOf(entries.map(({ pseudonym }) => pseudonym));
    const erased = entries.filter(({ standing }) => standing === 'erased').map(({ pseudonym }) => pseudonym);
    const deletions = entries.map((entry) => this.#deletionOf(entry));
    this.#removeRowsOf(erased);
    return deletions;
  }

  #deletionOf(entry: KeyEntry): Deletion {
    return deletionOf(entry, this.#keyring.generation);
  }

  #addRows(person: EnrolmentRows, keys: FreshKeys, features: Uint8Array): void {
    const { consent, templates } = person;
    if (consent !== undefined) this.#addFaceRows(keys, { consent, templates }, features);
    this.#cardholders.add(keys.record, person.cardholder);
    for (const credential of person.credentials) this.#credentials.add(keys.record, credential);
  }

  #addFaceRows(keys: FreshKeys, { consent, templates }: FaceRows, features: Uint8Array): void {
    this.#consents.add(keys.record, consent);
    for (const [index, record] of templates.entries()) {
      const start = index * TEMPLATE_BYTES;
      this.#templates.add(keys.biometric, record, features.subarray(start, start + TEMPLATE_BYTES));
    }
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
    const special = new Map(this.#keyring.special().map((entry) => [entry.pseudonym, entry]));
    const halfEnrolled = this.#keyring
      .missingIn(this.#cardholders.enrolled())
      .filter((pseudonym) => !special.has(pseudonym));
    this.#eraseAtOnce(halfEnrolled);
    this.#removeTemplatesOf([...special.keys()]);
    this.#removeRowsOf(
      [...special.values()].filter(({ standing }) => standing === 'erased').map(({ pseudonym }) => pseudonym),
    );
    this.#removeRevoked();
    if (halfEnrolled.length === 0) return;
    this.#report({
      part: 'people',
      level: 'warning',
      says: `${halfEnrolled.length} enrolments that were cut off have been removed: enrol these people again`,
    });
  }

  /** What was revoked and came back with an older file. */
  #removeRevoked(): void {
    const revoked = this.#revoked.all().filter(({ credential }) => this.#credentials.has(credential));
    if (revoked.length === 0) return;
    inTransaction(this.#files.identities, () => {
      for (const { credential } of revoked) this.#credentials.remove(credential);
    });
    emptyWal(this.#files.identities);
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
