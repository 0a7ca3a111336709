import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { messageOf } from '#core/kernel/fault.ts';
import { randomFrom } from '../../e2e/support/random.ts';
import type { Content } from './support/disk.ts';
import { Ledger } from './support/ledger.ts';
import { OpenedGate } from './support/openedGate.ts';
import { Recording, type Recorded } from './support/recording.ts';
import { memoryPlace, Scratch } from './support/scratch.ts';
import type { LifeShape } from './support/telling.ts';
import { mayRecord } from './support/trace.ts';

/** Moments at which the power is lost; a hundred and twenty take about ten seconds. */
const LOSSES = Number(process.env['LINTEL_POWER_LOSSES'] ?? 60);
const SEED = Number(process.env['LINTEL_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
/** Of them, one in so many loses the power again while it comes back, at so many moments. */
const SECOND_EVERY = 50;
const SECOND_LOSSES = 5;
const COMPLAINTS_SHOWN = 20;
const CONTROL_LOSSES = 4;
const TEST_MS_MAX = 60_000 + LOSSES * 500;

/** A first start; a gate at work; one that begins after a kill and whose database is soon full; one that drains its reserve. */
const LIVES: readonly Omit<LifeShape, 'root' | 'seed'>[] = [
  { name: 'a', acts: 6, end: 'closed' },
  { name: 'b', acts: 55, end: 'killed', entriesFirst: 1_300 },
  { name: 'c', acts: 20, end: 'killed', tightPages: 1, entriesFirst: 1_500 },
  { name: 'd', acts: 30, end: 'closed' },
];

function recorded(scratch: Scratch): Recording {
  const recording = new Recording(scratch);
  for (const [index, life] of LIVES.entries()) recording.live({ ...life, seed: (SEED + index) >>> 0 });
  return recording;
}

/** Steps after which the disk, or what is known of it, is another one, by what they did in which life. */
function momentsOf(recording: Recording): Map<string, number[]> {
  const disk = recording.disk();
  const moments = new Map<string, number[]>();
  let life = 0;
  for (const [index, step] of recording.steps.entries()) {
    if (step.kind === 'ended') {
      disk.ended();
      life += 1;
      continue;
    }
    const what = step.kind === 'told' ? step.told.say : disk.apply(step.event);
    if (what !== undefined) moments.set(`${life} ${what}`, [...(moments.get(`${life} ${what}`) ?? []), index]);
  }
  expectSame(disk.content(), recording.content());
  return moments;
}

/** What was followed is what happened. */
function expectSame(found: Content, expected: Content): void {
  expect([...found.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
  for (const [path, bytes] of expected)
    expect(Buffer.from(found.get(path) ?? '').equals(Buffer.from(bytes)), `${path} as it was recorded`).toBe(true);
}

/** Every second of them among all moments, the others so that what is done seldom is cut off as often as what is done always. */
function chosen(moments: ReadonlyMap<string, readonly number[]>, count: number, random: () => number): number[] {
  const one = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
  const [all, kinds] = [[...moments.values()].flat(), [...moments.values()]];
  return Array.from({ length: count }, (_, index) => one(index % 2 === 0 ? all : one(kinds))).toSorted((a, b) => a - b);
}

/** What is wrong with what this loss of power left. */
async function complaintsAfter(root: string, ledger: Ledger): Promise<string[]> {
  try {
    await using gate = await OpenedGate.open(root);
    return await ledger.complaints(gate);
  } catch (error) {
    return [`it does not open: ${messageOf(error)}`];
  }
}

/** Loses the power once more while a gate opens what the first loss left, at some moments of that. */
async function complaintsAfterSecond(scratch: Scratch, root: string, { ledger, random }: Losing): Promise<string[]> {
  const recording = new Recording(scratch, root);
  recording.live({ name: 'recovery', seed: 0, acts: 0, end: 'closed' });
  const moments = chosen(momentsOf(recording), SECOND_LOSSES, random);
  return await complaintsAt(moments, recording, { scratch, ledger, random });
}

interface Losing {
  readonly scratch: Scratch;
  readonly ledger: Ledger;
  readonly random: () => number;
  /** Every so many losses, a second one while the gate comes back from the first. */
  readonly secondEvery?: number;
}

/** Follows a recording to its end, loses the power at each of the moments on the way, and opens what is left. */
async function complaintsAt(moments: readonly number[], recording: Recorded, losing: Losing): Promise<string[]> {
  const { scratch, ledger, random, secondEvery = Infinity } = losing;
  const disk = recording.disk();
  const complaints: string[] = [];
  let next = 0;
  for (const [index, step] of recording.steps.entries()) {
    if (step.kind === 'told') ledger.take(step.told);
    if (step.kind === 'disk') disk.apply(step.event);
    if (step.kind === 'ended') disk.ended();
    for (; moments[next] === index; next++) {
      const root = scratch.bare();
      disk.loseAt(random, root);
      const second = next % secondEvery === secondEvery - 1;
      const found = await (second ? complaintsAfterSecond(scratch, root, losing) : complaintsAfter(root, ledger));
      complaints.push(...found.map((what) => `moment ${index}, loss ${next}: ${what}`));
      rmSync(root, { recursive: true });
    }
  }
  return complaints;
}

test.each(mayRecord() ? [LOSSES] : [])(
  `after a loss of power at any of %i moments (LINTEL_POWER_LOSSES, LINTEL_SEED=${SEED}) everything acknowledged is there, ` +
    'nothing deleted opens, and the journal verifies',
  async (losses) => {
    using scratch = new Scratch(memoryPlace());
    const recording = recorded(scratch);
    expect(recording.steps.filter((step) => step.kind === 'told' && step.told.say === 'reserve')).not.toEqual([]);
    const random = randomFrom(SEED);
    const moments = chosen(momentsOf(recording), losses, random);
    const ledger = new Ledger();
    const complaints = await complaintsAt(moments, recording, { scratch, ledger, random, secondEvery: SECOND_EVERY });
    expect(complaints.slice(0, COMPLAINTS_SHOWN)).toEqual([]);
    const { entries, people, erased } = ledger.acknowledged;
    expect(Math.min(entries - 1_300, people - 10, erased)).toBeGreaterThan(0);
    // Were nothing ever synced, this would show: every loss at the end finds something missing.
    const unsynced = recording.withoutSyncs();
    const last = Array.from({ length: CONTROL_LOSSES }, () => unsynced.steps.length - 1);
    expect(await complaintsAt(last, unsynced, { scratch, ledger: new Ledger(), random })).not.toEqual([]);
  },
  TEST_MS_MAX,
);

test.each(mayRecord() ? [] : ['strace may not look at a process'])('%s: no loss of power was tried here', (refused) => {
  expect(refused).not.toBe('');
});
