import { expect, it } from 'vitest';
import type { Template } from '#core/biometrics/template.ts';
import type { Enrolment } from '#core/ports/stores.ts';
import { ORDINARY_MEMORY } from '#core/ports/secretMemory.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { loadRoster, type LoadedRoster } from '#terminal/loadedRoster.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { FakePeopleStore } from '../fakes/fakePeopleStore.ts';
import { faultOf } from '../storage/support/faults.ts';
import { cardHolder, endOf, person } from '../storage/support/people.ts';

const ADA = person('Ada');
const RECORD = recordOf(ADA.face.templates);
/** Templates that the gallery finds room for before it takes more memory. */
const TEMPLATES_A_BLOCK = 256;

function recordOf([template]: readonly Template[]): Template['record'] {
  if (template === undefined) throw new Error('a face has a template');
  return template.record;
}

/** A start of a gate, with all memory that it took for templates. */
class Start {
  readonly people = new FakePeopleStore();
  readonly health = new HealthBoard();
  readonly taken: Uint8Array[] = [];

  static async with(enrolled: readonly Enrolment[]): Promise<Start> {
    const start = new Start();
    for (const one of enrolled) await start.people.enrol(one);
    return start;
  }

  load({ templateFormat = RECORD.format, wall = endOf('Ada') - 1, onTake = () => {} } = {}): Promise<LoadedRoster> {
    const take = (bytes: number): Uint8Array<ArrayBuffer> => {
      onTake();
      const memory = ORDINARY_MEMORY.take(bytes);
      this.taken.push(memory);
      return memory;
    };
    const { people, health } = this;
    return loadRoster({ people, health, clock: new FakeClock({ wall }), templateFormat, memory: { take } });
  }

  /** Of what was taken, the first block. */
  get numbersLeft(): number {
    return this.taken[0]?.filter((value) => value !== 0).length ?? NaN;
  }
}

it('a gate knows everybody, with what each of them holds, and compares every face that it may', async () => {
  const start = await Start.with([ADA, cardHolder('Bo')]);
  const { directory, gallery, records, templateFormat } = await start.load();
  expect([directory.people, gallery.people, templateFormat]).toEqual([2, 1, RECORD.format]);
  expect([...directory.holders()]).toEqual([ADA.cardholder, cardHolder('Bo').cardholder]);
  expect(directory.credentialsOf(ADA.cardholder.pseudonym)).toEqual(ADA.credentials);
  expect(records).toEqual([RECORD]);
  expect(start.numbersLeft).toBeGreaterThan(0);
  expect(start.health.lines).toEqual([]);
});

it('a face of another model and one whose consent has ended are known of and not compared', async () => {
  const start = await Start.with([ADA]);
  for (const given of [{ templateFormat: 'of another model' }, { wall: endOf('Ada') }]) {
    const { gallery, records } = await start.load(given);
    expect([gallery.people, records]).toEqual([0, [RECORD]]);
  }
  expect(start.health.lines).toEqual([
    {
      part: 'templates',
      level: 'warning',
      says: '1 templates were made by another model and are not compared',
    },
  ]);
});

it('a disk that fails in the middle leaves nobody known and no number of a face', async () => {
  const start = await Start.with([ADA, person('Bo')]);
  await faultOf(() => start.load({ onTake: () => start.people.fail() }), 'storage');
  expect([start.taken.length, start.numbersLeft]).toEqual([1, 0]);
});

it('a gate that lacks memory for some faces does not start with the others', async () => {
  const crowd = Array.from({ length: TEMPLATES_A_BLOCK + 1 }, (_, one) => person(`one ${one}`));
  const start = await Start.with(crowd);
  const full = new RangeError('Array buffer allocation failed');
  const onTake = (): void => {
    if (start.taken.length > 0) throw full;
  };
  await expect(start.load({ onTake, wall: 0 })).rejects.toBe(full);
  expect([start.taken.length, start.numbersLeft]).toEqual([1, 0]);
});
