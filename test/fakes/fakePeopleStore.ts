import { createHash } from 'node:crypto';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import { Template } from '#core/biometrics/template.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import type { Enrolment, LoadedRoster, PeopleStore } from '#core/ports/stores.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Consent } from '#core/privacy/consent.ts';
import type { Deletion } from '#core/privacy/deletion.ts';
import { recordKeyDue, type RetentionRules } from '#core/privacy/retention.ts';
import { checkEnrolment } from '#storage/stores/enrolment.ts';

/** An id as the product makes them, the same for the same label: `idFrom<Pseudonym>('Ada')`. */
export const idFrom = <Id extends string>(label: string): Id =>
  createHash('sha256').update(label).digest('hex').slice(0, 32) as Id;

/** People in memory, under the same promises as on the disk: all of an enrolment or none, and nobody twice. */
export class FakePeopleStore implements PeopleStore {
  readonly #people = new Map<Pseudonym, Enrolment>();
  readonly #faceEnded = new Map<Pseudonym, WallTime>();
  /** Of restricted people. */
  readonly #due = new Map<Pseudonym, WallTime>();
  #generation = 1;
  #fault: Fault | undefined;

  async load(): Promise<LoadedRoster> {
    this.#check();
    const people = [...this.#people.values()].filter(({ cardholder }) => !this.#due.has(cardholder.pseudonym));
    const templates = people.flatMap(({ face }) => face?.templates ?? []).map(copyOf);
    return {
      cardholders: people.map(({ cardholder }) => cardholder),
      credentials: people.flatMap(({ credentials }) => credentials),
      templates,
      [Symbol.dispose]: () => {
        for (const template of templates) template[Symbol.dispose]();
      },
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
  }

  async consentsOf(pseudonym: Pseudonym): Promise<readonly Consent[]> {
    this.#check();
    const consent = this.#people.get(pseudonym)?.face?.consent;
    return consent === undefined ? [] : [consent];
  }

  async removeTemplate(id: TemplateId): Promise<void> {
    this.#check();
    for (const [pseudonym, person] of this.#people) {
      if (person.face === undefined) continue;
      for (const template of person.face.templates) if (template.record.id === id) template[Symbol.dispose]();
      const templates = person.face.templates.filter(({ record }) => record.id !== id);
      this.#people.set(pseudonym, { ...person, face: { ...person.face, templates } });
    }
  }

  async withdrawFace(pseudonym: Pseudonym, at: WallTime): Promise<Deletion> {
    this.#check();
    this.#endFace(pseudonym, at);
    return this.#deletion(pseudonym, { kind: 'in-use' });
  }

  async erase(pseudonym: Pseudonym, at: WallTime, retention: RetentionRules): Promise<Deletion> {
    const [deletion] = await this.eraseAll([pseudonym], at, retention);
    return deletion!;
  }

  async eraseAll(people: readonly Pseudonym[], at: WallTime, retention: RetentionRules): Promise<readonly Deletion[]> {
    this.#check();
    for (const pseudonym of people) this.#known(pseudonym);
    return people.map((pseudonym) => {
      const gaveConsent = this.#known(pseudonym).face !== undefined;
      this.#endFace(pseudonym, at);
      const faceEndedAt = gaveConsent ? this.#faceEnded.get(pseudonym) : undefined;
      const due = this.#due.get(pseudonym) ?? recordKeyDue({ erasedAt: at, faceEndedAt }, retention);
      this.#due.set(pseudonym, due);
      return due <= at ? this.#forget(pseudonym, at) : this.#deletion(pseudonym, { kind: 'restricted', until: due });
    });
  }

  async eraseDue(at: WallTime): Promise<readonly Deletion[]> {
    this.#check();
    return [...this.#due].filter(([, due]) => due <= at).map(([pseudonym]) => this.#forget(pseudonym, at));
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
    for (const map of [this.#people, this.#faceEnded, this.#due]) map.delete(pseudonym);
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
  ...(face === undefined ? [] : [face.consent.id, ...face.templates.map(({ record }) => record.id)]),
];

function copyOf(template: Template): Template {
  const values = new Float32Array(FEATURE_LENGTH);
  template.copyTo(values, 0);
  return new Template(template.record, values);
}
