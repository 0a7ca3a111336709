import { createHash } from 'node:crypto';
import { Fault } from '#core/kernel/fault.ts';
import type { CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import type {
  ConsentsRemoved,
  EnrolledFace,
  Enrolment,
  PeopleStore,
  Roster,
  TakeTemplates,
} from '#core/ports/stores.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Consent } from '#core/privacy/consent.ts';
import type { Deletion } from '#core/privacy/deletion.ts';
import { recordKeyDue, type RetentionRules } from '#core/privacy/retention.ts';
import { checkEnrolment, checkFace } from '#storage/stores/enrolment.ts';
import { copyOf } from './wholeRoster.ts';

/** An id as the product makes them, the same for the same label: `idFrom<Pseudonym>('Ada')`. */
export const idFrom = <Id extends string>(label: string): Id =>
  createHash('sha256').update(label).digest('hex').slice(0, 32) as Id;

/** People in memory, under the same promises as on the disk: all of an enrolment or none, and nobody twice. */
export class FakePeopleStore implements PeopleStore {
  readonly #people = new Map<Pseudonym, Enrolment>();
  readonly #consents = new Map<Pseudonym, readonly Consent[]>();
  readonly #revoked = new Set<CredentialId>();
  readonly #faceEnded = new Map<Pseudonym, WallTime>();
  /** Of restricted people. */
  readonly #due = new Map<Pseudonym, WallTime>();
  #generation = 1;
  #fault: Fault | undefined;

  async load(take: TakeTemplates = () => undefined): Promise<Roster> {
    this.#check();
    const people = [...this.#people.values()].filter(({ cardholder }) => !this.#due.has(cardholder.pseudonym));
    for (const { face } of people) {
      using given = new DisposableStack();
      take((face?.templates ?? []).map((template) => given.use(copyOf(template))));
      this.#check();
    }
    return {
      cardholders: people.map(({ cardholder }) => cardholder),
      credentials: people.flatMap(({ credentials }) => credentials).filter(({ id }) => !this.#revoked.has(id)),
    };
  }

  async enrol(person: Enrolment): Promise<void> {
    checkEnrolment(person);
    this.#check();
    if (this.#isKnown(person)) {
      throw new Fault('storage', { thing: 'enrolment', found: 'an id that is stored already', expected: 'new ids' });
    }
    const face = person.face && { ...person.face, templates: person.face.templates.map(copyOf) };
    const { cardholder, credentials } = person;
    this.#people.set(cardholder.pseudonym, { cardholder, credentials, ...(face === undefined ? {} : { face }) });
    if (face !== undefined) this.#consents.set(cardholder.pseudonym, [face.consent]);
  }

  async addFace(face: EnrolledFace): Promise<void> {
    const { pseudonym } = face.consent;
    checkFace(pseudonym, face);
    this.#check();
    const person = this.#known(pseudonym);
    if (this.#due.has(pseudonym) || (person.face?.templates.length ?? 0) > 0)
      throw new Fault('storage', { thing: 'face', found: 'one already, or an erasure', expected: 'none' });
    if ([...this.#people.values()].flatMap(idsOf).some((id) => idsOfFace(face).includes(id)))
      throw new Fault('storage', { thing: 'face', found: 'an id that is stored already', expected: 'new ids' });
    this.#faceEnded.delete(pseudonym);
    this.#people.set(pseudonym, { ...person, face: { ...face, templates: face.templates.map(copyOf) } });
    this.#consents.set(pseudonym, [face.consent, ...(this.#consents.get(pseudonym) ?? [])]);
  }

  async consentsOf(pseudonym: Pseudonym): Promise<readonly Consent[]> {
    this.#check();
    return (this.#consents.get(pseudonym) ?? []).toSorted((a, b) => b.givenAt - a.givenAt);
  }

  async removeConsents(endedBy: WallTime): Promise<ConsentsRemoved> {
    this.#check();
    let removed = 0;
    for (const [pseudonym, consents] of this.#consents) {
      const used = (this.#people.get(pseudonym)?.face?.templates ?? []).map(({ record }) => record.consent);
      const kept = consents.filter(({ id, endsAt }) => endsAt > endedBy || used.includes(id));
      removed += consents.length - kept.length;
      this.#consents.set(pseudonym, kept);
    }
    return { removed };
  }

  async withdrawFace(pseudonym: Pseudonym, at: WallTime): Promise<Deletion> {
    this.#check();
    this.#endFace(pseudonym, at);
    return this.#deletion(pseudonym, this.#recordKeyOf(pseudonym));
  }

  async withdrawFaces(people: readonly Pseudonym[], at: WallTime): Promise<readonly Deletion[]> {
    this.#check();
    const known = people.filter((pseudonym) => this.#people.has(pseudonym));
    return await Promise.all(known.map((pseudonym) => this.withdrawFace(pseudonym, at)));
  }

  async erase(pseudonym: Pseudonym, at: WallTime, retention: RetentionRules): Promise<Deletion> {
    const [deletion] = await this.eraseAll([pseudonym], at, retention);
    return deletion!;
  }

  async eraseAll(people: readonly Pseudonym[], at: WallTime, retention: RetentionRules): Promise<readonly Deletion[]> {
    this.#check();
    for (const pseudonym of people) this.#known(pseudonym);
    return people.map((pseudonym) => {
      const gaveConsent = (this.#consents.get(pseudonym) ?? []).length > 0;
      this.#endFace(pseudonym, at);
      const faceEndedAt = gaveConsent ? this.#faceEnded.get(pseudonym) : undefined;
      const due = this.#due.get(pseudonym) ?? recordKeyDue({ erasedAt: at, faceEndedAt }, retention);
      this.#due.set(pseudonym, due);
      return due <= at ? this.#forget(pseudonym, at) : this.#deletion(pseudonym, { kind: 'restricted', until: due });
    });
  }

  async eraseDue(at: WallTime, limit = Infinity): Promise<readonly Deletion[]> {
    this.#check();
    const due = [...this.#due].filter(([, until]) => until <= at).slice(0, limit);
    return due.map(([pseudonym]) => this.#forget(pseudonym, at));
  }

  async dueErasures(): Promise<readonly WallTime[]> {
    this.#check();
    return [...this.#due.values()].toSorted((a, b) => a - b);
  }

  async deletionOf(pseudonym: Pseudonym): Promise<Deletion | undefined> {
    this.#check();
    if (!this.#faceEnded.has(pseudonym)) return undefined;
    return this.#deletion(pseudonym, this.#recordKeyOf(pseudonym));
  }

  async revokeCredential(credential: CredentialId): Promise<void> {
    this.#check();
    this.#revoked.add(credential);
  }

  /** Every call fails from now on, as on a full disk. */
  fail(): void {
    this.#fault = new Fault('storage', {
      thing: 'people',
      found: 'no room left on the disk',
      expected: 'room for one more write',
    });
  }

  recover(): void {
    this.#fault = undefined;
  }

  #check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  #known(pseudonym: Pseudonym): Enrolment {
    const person = this.#people.get(pseudonym);
    if (person !== undefined) return person;
    throw new Fault('storage', { thing: 'people', found: 'nobody', expected: 'somebody enrolled' });
  }

  #recordKeyOf(pseudonym: Pseudonym): Deletion['recordKey'] {
    const until = this.#due.get(pseudonym);
    return until === undefined ? { kind: 'in-use' } : { kind: 'restricted', until };
  }

  #endFace(pseudonym: Pseudonym, at: WallTime): void {
    const person = this.#known(pseudonym);
    if (this.#faceEnded.has(pseudonym)) return;
    this.#generation += 1;
    this.#faceEnded.set(pseudonym, at);
    for (const template of person.face?.templates ?? []) template[Symbol.dispose]();
    if (person.face !== undefined) this.#people.set(pseudonym, { ...person, face: { ...person.face, templates: [] } });
  }

  #forget(pseudonym: Pseudonym, at: WallTime): Deletion {
    const deletion = this.#deletion(pseudonym, { kind: 'destroyed', at });
    for (const map of [this.#people, this.#consents, this.#faceEnded, this.#due]) map.delete(pseudonym);
    return deletion;
  }

  #deletion(pseudonym: Pseudonym, recordKey: Deletion['recordKey']): Deletion {
    const biometricKeyDestroyedAt = this.#faceEnded.get(pseudonym)!;
    return { pseudonym, biometricKeyDestroyedAt, recordKey, generation: this.#generation };
  }

  #isKnown(person: Enrolment): boolean {
    const known = new Set([...this.#people.values()].flatMap(idsOf));
    return idsOf(person).some((id) => known.has(id));
  }
}

const idsOf = ({ cardholder, credentials, face }: Enrolment): string[] => [
  cardholder.pseudonym,
  ...credentials.map(({ id }) => id),
  ...(face === undefined ? [] : idsOfFace(face)),
];

const idsOfFace = ({ consent, templates }: EnrolledFace): string[] => [
  consent.id,
  ...templates.map(({ record }) => record.id),
];
