import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SimulatedBarrier, SimulatorCommand, SimulatorView } from '#contract/simulator.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { openGate, type OpenGate } from '#service/openGate.ts';
import { programFolders, readConfig, readModels } from '#service/readConfig.ts';
import { readDemonstration } from '#service/simulated/demonstration.ts';
import { awaited } from '../../../scripts/selftest/awaited.ts';
import { ROOT } from '../../e2e/support/gateFolder.ts';

const HOUSE = join(ROOT, 'app/service/simulated/house.yaml');
const STEP_MS_MAX = 30_000;
const [person] = readDemonstration().people;

let folder: string;
let open: OpenGate;
let view: SimulatorView;
const changes = new Listeners<[]>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-house-'));
  const file = join(folder, 'house.yaml');
  writeFileSync(file, readFileSync(HOUSE, 'utf8').replaceAll('../../../data/', 'data/'));
  const folders = programFolders(ROOT);
  const models = readModels(folders.models);
  const config = readConfig({ file, simulated: true, folder }, models);
  open = await openGate({ config, models, folders, clock: new SystemClock(), random: new SystemRandom() });
  open.endpoints.simulator?.subscribe(
    (now) => {
      view = now;
      changes.tell();
    },
    () => undefined,
  );
}, 60_000);

afterAll(async () => {
  await open.close();
  rmSync(folder, { recursive: true });
});

const does = (command: SimulatorCommand): void => open.endpoints.simulator?.command(command);
const shows = (accessPoint: string): void => does({ kind: 'show-card', card: person!.card.id, accessPoint });
const sets = (barrier: string, input: string, active: boolean): void =>
  does({ kind: 'set-input', barrier, input, active });

const barrier = (id: string): SimulatedBarrier => view.barriers!.find((one) => one.id === id)!;
const energised = (id: string): string[] =>
  barrier(id).relays.flatMap(({ name, level }) => (level === 'energised' ? [name] : []));

/** Resolves once the page shows it. */
const until = (what: string, holds: () => boolean): Promise<void> =>
  awaited(changes, holds, {
    withinMs: STEP_MS_MAX,
    late: () => new Error(`not shown: ${what}; ${JSON.stringify(view.journal)}`),
  });

const inJournal = (...words: string[]): (() => boolean) => {
  const before = view.journal[0];
  return () => {
    const fresh = view.journal.slice(0, before === undefined ? undefined : view.journal.indexOf(before));
    return fresh.some((line) => words.every((word) => line.includes(word)));
  };
};

it('every door and turnstile is shown with its relays, inputs and readers', () => {
  expect(view.barriers?.map(({ id, kind, relays, readers }) => [id, kind, relays.length, readers.length])).toEqual([
    ['outer-door', 'door', 1, 1],
    ['inner-door', 'door', 1, 1],
    ['lane-1', 'turnstile', 3, 2],
    ['lane-2', 'turnstile', 3, 1],
  ]);
  expect(barrier('lane-2').inputs.map(({ input }) => input)).toEqual([
    'passed-entry',
    'passed-exit',
    'emergency',
    'fire',
    'free-1',
  ]);
});

it('while one door of an air lock is open the other stays shut, but not for whoever leaves', async () => {
  shows('outer');
  await until('the outer door unlocks', () => energised('outer-door').includes('strike'));
  sets('outer-door', 'contact', true);
  await until('its contact', () =>
    barrier('outer-door').inputs.some(({ input, active }) => input === 'contact' && active),
  );
  const denied = inJournal('access-denied', 'inner', 'interlock');
  shows('inner');
  await until('the inner door is refused', denied);
  expect(energised('inner-door')).toEqual([]);
  sets('inner-door', 'rex', true);
  await until('the exit button unlocks it', () => energised('inner-door').includes('strike'));
  sets('inner-door', 'rex', false);
  sets('outer-door', 'contact', false);
});

it('a turnstile lets one person through in the way that was granted, and knows that the passage was taken', async () => {
  shows('lane-1-in');
  await until('the entry is unlocked', () => energised('lane-1').includes('entry'));
  expect(energised('lane-1')).toEqual(['entry']);
  const taken = inJournal('turnstile', 'lane-1');
  sets('lane-1', 'passed-entry', true);
  sets('lane-1', 'passed-entry', false);
  await until('the passage', taken);
  await until('the entry is locked again', () => energised('lane-1').length === 0);
});

it('the emergency button drops the arms of its turnstile alone', async () => {
  sets('lane-2', 'emergency', true);
  await until('the arms drop', () => energised('lane-2').includes('arms'));
  expect(energised('lane-1')).toEqual([]);
  sets('lane-2', 'emergency', false);
  await until('they are up again', () => !energised('lane-2').includes('arms'));
});

it('what the page says of things that are not there moves nothing', () => {
  const before = JSON.stringify(view.barriers);
  sets('lane-9', 'fire', true);
  sets('lane-1', 'contact', true);
  does({ kind: 'show-card', card: person!.card.id, accessPoint: 'cellar' });
  does({ kind: 'press-keys', keys: '1#', accessPoint: 'cellar' });
  expect(JSON.stringify(view.barriers)).toBe(before);
});
