import { writeSync } from 'node:fs';
import type { JournalEntry } from '#core/journal/entry.ts';
import type { DoorId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { CHANGEABLE_KEYS } from '#core/ports/keyRoom.ts';
import { LEGAL_MINIMUM } from '#core/privacy/retention.ts';
import { createDoorModes } from '#storage/doorModes.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { SIGNATURE_SUFFIX } from '#storage/journal/exportSignature.ts';
import { openMaster } from '#storage/openMaster.ts';
import { openStorage } from '#storage/openStorage.ts';
import { faceAnew } from '../../support/people.ts';
import { randomFrom } from '../../../e2e/support/random.ts';
import {
  digestOf,
  enrolmentOf,
  parseLife,
  placesOf,
  RESERVE_BYTES_OF_A_TEST,
  type Act,
  type Told,
} from '../support/telling.ts';

/** A gate's storage that does everything a gate does to its files, in random order, and tells of it on its standard output. */
const life = parseLife(process.argv[2]);
const places = placesOf(life.root);
const random = randomFrom(life.seed);
const below = (count: number): number => Math.floor(random() * count);
const EVER = wallTime(Number.MAX_SAFE_INTEGER);
const ENTRIES_AT_ONCE_MAX = 30;
const PEOPLE_AT_ONCE_MAX = 4;
const PEOPLE_KEPT = 24;

/** At once and whole, whatever room the pipe has: what is told is so when somebody reads it. */
function tell(told: Told): void {
  const bytes = Buffer.from(`${JSON.stringify(told)}\n`, 'utf8');
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}

const master = openMaster(createFileKeyStore(places.key), places.data);

const storage = await openStorage({
  folder: places.data,
  simulated: true,
  master,
  root: { kind: 'file', path: places.key },
  epoch: places.epoch,
  reserveBytes: RESERVE_BYTES_OF_A_TEST,
  report: ({ part, level }) => {
    if (part === 'journal reserve' && level === 'failed') tell({ say: 'reserve' });
  },
  ...(life.tightPages === undefined ? {} : { maxPages: { 'journal.db': life.tightPages } }),
});

/** Labels of whom this life has enrolled, by what can be done to them. */
class Known {
  readonly people = new Set<string>();
  readonly faces = new Set<string>();
  /** Whose first face is gone, and who has given no other. */
  readonly withdrawn = new Set<string>();
  readonly cards = new Set<string>();
  readonly #gaveAnother = new Set<string>();

  add(label: string): void {
    this.people.add(label);
    this.cards.add(label);
    if (!label.startsWith('card')) this.faces.add(label);
  }

  withdraw(label: string): void {
    this.faces.delete(label);
    if (!this.#gaveAnother.has(label)) this.withdrawn.add(label);
    this.#gaveAnother.add(label);
  }

  remove(label: string): void {
    for (const some of [this.people, this.faces, this.withdrawn, this.cards]) some.delete(label);
  }

  some(of: ReadonlySet<string>): string[] {
    const all = [...of];
    const first = below(all.length);
    return all.slice(first, first + 1 + below(2));
  }
}

const doorModes = createDoorModes({ folder: places.data, master, report: () => undefined });
const known = new Known();
let entries = 0;
tell({ say: 'open' });

/** Says what it is about to do, does it, says that it is done. An act that the disk refuses has begun and not more. */
async function act(what: Act, how: () => unknown): Promise<void> {
  tell({ say: 'begun', act: what });
  try {
    const upTo = await how();
    tell({ say: 'done', act: what, ...(typeof upTo === 'number' ? { upTo } : {}) });
  } catch (error) {
    if (life.tightPages === undefined) throw error;
  }
}

const pseudonymOf = (label: string): Pseudonym => enrolmentOf(label).cardholder.pseudonym;

async function append(count: number): Promise<void> {
  const all = Array.from({ length: count }, () => {
    const [subject] = random() < 0.5 && known.people.size > 0 ? known.some(known.people) : [];
    const part = `${life.name}.${(entries += 1)}`;
    const entry: JournalEntry = { at: wallTime(Date.now()), event: { kind: 'link-lost', part } };
    return { part, subject, entry: subject === undefined ? entry : { ...entry, subject: pseudonymOf(subject) } };
  });
  await Promise.allSettled(
    all.map(async ({ part, subject, entry }) => {
      const id = await storage.journal.append(entry);
      tell({ say: 'entry', entry: { id, part, ...(subject === undefined ? {} : { subject }) } });
    }),
  );
}

let enrolled = 0;
async function enrol(): Promise<void> {
  const kind = random() < 0.25 ? 'card' : 'face';
  const people = Array.from({ length: 1 + below(PEOPLE_AT_ONCE_MAX) }, () => `${kind} ${life.name}.${(enrolled += 1)}`);
  await act({ kind: 'enrol', people }, async () => {
    await storage.people.enrolMany(people.map(enrolmentOf));
    for (const label of people) known.add(label);
  });
}

async function withdraw(): Promise<void> {
  const people = known.some(known.faces).slice(0, 1);
  for (const label of people) {
    await act({ kind: 'withdraw', people }, () =>
      storage.people.withdrawFace(pseudonymOf(label), wallTime(Date.now())),
    );
    known.withdraw(label);
  }
}

async function erase(): Promise<void> {
  const people = known.some(known.people);
  for (const label of people) known.remove(label);
  const at = wallTime(Date.now());
  await act({ kind: 'erase', people }, () => storage.people.eraseAll(people.map(pseudonymOf), at, LEGAL_MINIMUM));
}

async function addFace(): Promise<void> {
  const people = known.some(known.withdrawn).slice(0, 1);
  for (const label of people) {
    await act({ kind: 'add-face', people }, () => storage.people.addFace(faceAnew(label)));
    known.withdrawn.delete(label);
    known.faces.add(label);
  }
}

async function revoke(): Promise<void> {
  const people = known.some(known.cards).slice(0, 1);
  for (const label of people) {
    const card = enrolmentOf(label).credentials[0];
    known.cards.delete(label);
    if (card === undefined) continue;
    await act({ kind: 'revoke', people }, () => storage.people.revokeCredential(card.id, wallTime(Date.now())));
  }
}

async function purge(): Promise<void> {
  await act({ kind: 'purge' }, async () => (await storage.journal.removeBefore(wallTime(Date.now()))).at(-1)?.last);
}

async function changeKey(): Promise<void> {
  const key = CHANGEABLE_KEYS[below(CHANGEABLE_KEYS.length)]!;
  await act({ kind: 'change-key', key }, () => storage.keys.change(key));
}

let exports = 0;
async function exportAll(): Promise<void> {
  await append(1);
  const path = `${places.exports}/${life.name}.${(exports += 1)}.jsonl`;
  await act({ kind: 'export' }, async () => {
    await storage.journal.export({ path, form: 'jsonl' });
    for (const file of [path, `${path}${SIGNATURE_SUFFIX}`]) tell({ say: 'file', path: file, sha256: digestOf(file) });
  });
}

async function backUp(): Promise<void> {
  await act({ kind: 'back-up' }, async () => {
    const made = { folder: places.backups, at: wallTime(Date.now()), verify: random() < 0.5 };
    const { file } = await storage.backups.make(made);
    tell({ say: 'file', path: file, sha256: digestOf(file) });
  });
}

async function setDoor(): Promise<void> {
  const mode = (['normal', 'unlocked', 'locked-down'] as const)[below(3)]!;
  await act({ kind: 'door-mode', mode }, () => doorModes.write('front' as DoorId, mode));
}

async function next(): Promise<void> {
  const chance = random();
  if (chance < 0.3) return append(1 + below(ENTRIES_AT_ONCE_MAX));
  if (chance < 0.4) return append(1);
  if (chance < 0.52 || known.people.size === 0) return known.people.size < PEOPLE_KEPT ? enrol() : erase();
  if (chance < 0.6) return known.faces.size > 0 ? withdraw() : enrol();
  if (chance < 0.68) return erase();
  if (chance < 0.72) return act({ kind: 'erase-due' }, () => storage.people.eraseDue(EVER));
  if (chance < 0.76) return known.withdrawn.size > 0 ? addFace() : enrol();
  if (chance < 0.8) return revoke();
  if (chance < 0.84) return purge();
  if (chance < 0.87) return exportAll();
  if (chance < 0.9) return backUp();
  if (chance < 0.93) return setDoor();
  return changeKey();
}

await append(life.entriesFirst ?? 0);
for (let done = 0; life.acts === undefined || done < life.acts; done++) {
  // Entries are written while everything else goes on.
  if (random() < 0.3) await Promise.all([next(), append(1 + below(5))]);
  else await next();
}
if (life.end === 'closed') await storage.close();
tell({ say: 'resting' });
if (life.end === 'killed') process.kill(process.pid, 'SIGKILL');
