import { createHash } from 'node:crypto';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import { Template } from '#core/biometrics/template.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import type { Enrolment, PeopleStore, LoadedRoster } from '#core/ports/stores.ts';
import type { Consent } from '#core/privacy/consent.ts';
import { checkEnrolment } from '#storage/stores/enrolment.ts';

/** An id as the product makes them, the same for the same label: `idFrom<Pseudonym>('Ada')`. */
export const idFrom = <Id extends string>(label: string): Id =>
  createHash('sha256').update(label).digest('hex').slice(0, 32) as Id;

/** People in memory, under the same promises as on the disk: all of an enrolment or none, and nobody twice. */
export class FakePeopleStore implements PeopleStore {
  readonly #people = new Map<Pseudonym, Enrolment>();
  #fault: Fault | undefined;

  async load(): Promise<LoadedRoster> {
    this.#check();
    const people = [...this.#people.values()];
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
