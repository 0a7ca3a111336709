import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { DoorMode } from '#core/door/door.ts';
import type { JournalId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import type { Enrolment } from '#core/ports/stores.ts';
import type { Consent } from '#core/privacy/consent.ts';
import { faceAnew, featuresOf } from '../../support/people.ts';
import type { KnownPerson, OpenedGate } from './openedGate.ts';
import { digestOf, enrolmentOf, type Act, type Told, type ToldEntry } from './telling.ts';

/** What the gate said of a thing: that it began to do it, or that it has done it. */
type How = 'not' | 'begun' | 'done';

interface GivenFace {
  readonly consent: Consent;
  readonly id: TemplateId | undefined;
  readonly features: Float32Array;
  given: How;
  ended: How;
}

interface Standing {
  /** What was given in, or was to be. */
  readonly enrolment: Enrolment;
  enrolled: How;
  /** The one enrolled with, and the one given after that was withdrawn; of those who have a card only, none. */
  readonly faces: readonly GivenFace[];
  revoked: How;
  erased: How;
  /** The record key as well. */
  gone: How;
}

/** Entries read back one by one; the check of the journal goes through all of them. */
const ENTRIES_READ_MAX = 300;

/** Everything that a gate acknowledged, and what it had begun: what whoever opens its folder must find, and may. */
export class Ledger {
  readonly #people = new Map<string, Standing>();
  readonly #entries = new Map<number, ToldEntry>();
  /** What they held, by path. */
  readonly #files = new Map<string, string>();
  #doorModes: readonly DoorMode[] = ['normal'];
  #purgedTo = 0;
  #purging = false;
  /** A purge once ended with a refusal: it may have removed something before. */
  #purgedInPart = false;

  get acknowledged(): { readonly entries: number; readonly people: number; readonly erased: number } {
    const people = [...this.#people.values()];
    return {
      entries: this.#entries.size,
      people: people.filter(({ enrolled }) => enrolled === 'done').length,
      erased: people.filter(({ erased }) => erased === 'done').length,
    };
  }

  take(told: Told): void {
    if (told.say === 'entry') this.#entries.set(told.entry.id, told.entry);
    if (told.say === 'file') this.#files.set(told.path, told.sha256);
    if (told.say === 'begun') this.#mark(told.act, 'begun');
    if (told.say !== 'done') return;
    this.#mark(told.act, 'done');
    if (told.act.kind === 'purge') this.#purgedTo = Math.max(this.#purgedTo, told.upTo ?? 0);
  }

  #mark(act: Act, how: How): void {
    switch (act.kind) {
      case 'enrol':
        for (const label of act.people) this.#enrolled(label, how);
        return;
      case 'withdraw':
        for (const label of act.people) {
          const face = this.#of(label).faces.findLast(({ given }) => given !== 'not');
          if (face !== undefined) face.ended = how;
        }
        return;
      case 'add-face':
        for (const label of act.people) {
          const another = this.#of(label).faces[1];
          if (another !== undefined) another.given = how;
        }
        return;
      case 'revoke':
        for (const label of act.people) this.#of(label).revoked = how;
        return;
      case 'erase':
        for (const label of act.people) this.#of(label).erased = how;
        return;
      case 'erase-due':
        for (const standing of this.#people.values())
          if (standing.erased !== 'not' && standing.gone !== 'done')
            standing.gone = standing.erased === 'done' ? how : 'begun';
        return;
      case 'purge':
        this.#purgedInPart ||= how === 'begun' && this.#purging;
        this.#purging = how === 'begun';
        return;
      case 'door-mode':
        this.#doorModes = how === 'done' ? [act.mode] : [...this.#doorModes, act.mode];
        return;
      case 'export':
      case 'back-up':
      case 'change-key':
    }
  }

  #enrolled(label: string, how: How): void {
    const standing = this.#people.get(label) ?? newStanding(label);
    standing.enrolled = how;
    for (const face of standing.faces.slice(0, 1)) face.given = how;
    this.#people.set(label, standing);
  }

  #of(label: string): Standing {
    const found = this.#people.get(label);
    if (found === undefined) throw new Error(`${label} was never enrolled`);
    return found;
  }

  /** What is wrong with the gate that was opened, in words. */
  async complaints(gate: OpenedGate): Promise<string[]> {
    const failed = gate.reports.filter(({ level }) => level === 'failed').map(({ part, says }) => `${part}: ${says}`);
    if (!this.#doorModes.includes(gate.doorMode)) failed.push(`the door is ${gate.doorMode}`);
    if (gate.epochSecrets !== 1) failed.push(`${gate.epochSecrets} epoch secrets`);
    for (const [path, sha256] of this.#files) {
      const file = join(gate.root, path.slice(path.indexOf('/var/')));
      if (!existsSync(file)) failed.push(`${path} was given out, and is lost`);
      else if (digestOf(file) !== sha256) failed.push(`${path} is not what was given out`);
    }
    return [...failed, ...this.#peopleComplaints(gate), ...(await this.#journalComplaints(gate))];
  }

  #peopleComplaints(gate: OpenedGate): string[] {
    const known = new Set([...this.#people.values()].map(({ enrolment }) => enrolment.cardholder.pseudonym));
    const nobody = [...gate.people.keys()].filter((pseudonym) => !known.has(pseudonym));
    const found = nobody.map((pseudonym) => `${pseudonym} comes in, and was never enrolled`);
    for (const [label, standing] of this.#people) {
      const wrong = wrongWith(standing, foundOf(gate, standing));
      if (wrong !== undefined) found.push(`${label}: ${wrong}`);
    }
    return found;
  }

  async #journalComplaints({ journal }: OpenedGate): Promise<string[]> {
    const found: string[] = [];
    const check = await journal.check({ indexes: true });
    for (const { says } of check.findings) found.push(`the journal: ${says}`);
    if (check.recordedDamage.length > 0) found.push(`the journal tells of damage at ${check.recordedDamage.join()}`);
    const newest = Math.max(0, ...this.#entries.keys());
    if (check.last < newest) found.push(`the journal ends at ${check.last}, and ${newest} was acknowledged`);
    const first = check.first === 0 ? check.last + 1 : check.first;
    if (first < this.#purgedTo + 1 || (first > this.#purgedTo + 1 && !this.#purging && !this.#purgedInPart))
      found.push(`the journal begins at ${first}, and retention removed all up to ${this.#purgedTo}`);
    const from = Math.max(first, check.last - ENTRIES_READ_MAX) as JournalId;
    for (const { id, event, subject } of await journal.read(from, ENTRIES_READ_MAX + 1)) {
      const told = this.#entries.get(id);
      if (told === undefined) continue;
      if (event.kind !== 'link-lost' || event.part !== told.part) found.push(`entry ${id} is not ${told.part}`);
      const wrong = this.#subjectWrong(told.subject, subject);
      if (wrong !== undefined) found.push(`entry ${id}: ${wrong}`);
    }
    return found;
  }

  #subjectWrong(label: string | undefined, subject: Pseudonym | undefined): string | undefined {
    const standing = label === undefined ? undefined : this.#of(label);
    const expected = standing?.enrolment.cardholder.pseudonym;
    const gone = standing?.gone ?? 'not';
    if (subject === undefined) return expected === undefined || gone !== 'not' ? undefined : 'its subject is lost';
    if (subject !== expected) return 'it has another subject';
    return gone === 'done' ? 'its subject is erased and can be read' : undefined;
  }

  /** What was only begun has come to an end by now: what was found stands from here on. */
  async settle(gate: OpenedGate): Promise<void> {
    for (const [label, standing] of this.#people) {
      const found = foundOf(gate, standing);
      if (found.person === undefined && standing.enrolled === 'begun') this.#people.delete(label);
      else settleStanding(standing, found);
    }
    this.#doorModes = [gate.doorMode];
    const { first, last } = await gate.journal.check({ indexes: false });
    this.#purgedTo = (first === 0 ? last + 1 : first) - 1;
    this.#purging = false;
    this.#purgedInPart = false;
  }
}

const foundOf = (gate: OpenedGate, { enrolment }: Standing): Found => ({
  person: gate.people.get(enrolment.cardholder.pseudonym),
  consents: gate.consentsOf(enrolment.cardholder.pseudonym),
});

function newStanding(label: string): Standing {
  const enrolment = enrolmentOf(label);
  const faces = enrolment.face === undefined ? [] : [enrolment.face, faceAnew(label)];
  return {
    enrolment,
    enrolled: 'not',
    faces: faces.map(({ consent, templates }, index) => ({
      consent,
      id: templates[0]?.record.id,
      features: featuresOf(index === 0 ? label : `anew ${label}`),
      given: 'not',
      ended: 'not',
    })),
    revoked: 'not',
    erased: 'not',
    gone: 'not',
  };
}

interface Found {
  readonly person: KnownPerson | undefined;
  readonly consents: readonly Consent[];
}

function settleStanding(standing: Standing, { person, consents }: Found): void {
  const { enrolment, faces } = standing;
  standing.enrolled = 'done';
  if (standing.erased === 'begun') standing.erased = person === undefined ? 'done' : 'not';
  if (standing.erased === 'not') standing.gone = 'not';
  if (standing.gone === 'begun' && faces.length > 0) standing.gone = consents.length > 0 ? 'not' : 'done';
  if (person === undefined) return;
  if (standing.revoked === 'begun')
    standing.revoked = person.credentials.length < enrolment.credentials.length ? 'done' : 'not';
  for (const face of faces) {
    if (face.given === 'begun') face.given = consents.some(({ id }) => id === face.consent.id) ? 'done' : 'not';
    if (face.ended === 'begun') face.ended = person.faces.some(({ id }) => id === face.id) ? 'not' : 'done';
  }
}

function wrongWith(standing: Standing, { person, consents }: Found): string | undefined {
  const { enrolled, erased, gone, faces } = standing;
  if (person === undefined && enrolled === 'done' && erased === 'not') return 'enrolled, and not there';
  if (person !== undefined && erased === 'done') return 'erased, and comes in';
  if (gone === 'done' && consents.length > 0) return 'erased, and its consents can be read';
  if (gone === 'not' && (enrolled === 'done' || person !== undefined)) {
    const most = faces.filter(({ given }, index) => index === 0 || given !== 'not');
    const least = faces.filter(({ given }, index) => index === 0 || given === 'done');
    const isAll = (some: readonly GivenFace[]): boolean =>
      isDeepStrictEqual(consents, some.map(({ consent }) => consent).toReversed());
    if (!isAll(most) && !isAll(least)) return `${consents.length} consents that are not those given`;
  }
  return person === undefined ? undefined : wrongIn(person, standing);
}

function wrongIn(person: KnownPerson, { enrolment, faces, revoked }: Standing): string | undefined {
  const { cardholder, credentials } = enrolment;
  if (!isDeepStrictEqual(person.cardholder, cardholder)) return 'another cardholder';
  const left = credentials.slice(1);
  const may = { not: [credentials], begun: [credentials, left], done: [left] }[revoked];
  if (!may.some((some) => isDeepStrictEqual(person.credentials, some))) return 'other credentials';
  const opening = person.faces.map((found) => faces.find((face) => isSame(found, face)));
  if (opening.includes(undefined) || opening.length > 1) return 'another face';
  for (const face of faces) {
    const opens = opening.includes(face);
    if (opens && (face.ended === 'done' || (face !== faces[0] && face.given === 'not')))
      return 'a face was withdrawn, or never given, and opens';
    if (!opens && face.given === 'done' && face.ended === 'not') return 'a face is lost';
  }
  return undefined;
}

const isSame = (found: KnownPerson['faces'][number], { id, features }: GivenFace): boolean =>
  found.id === id && isDeepStrictEqual(found.features, features);
