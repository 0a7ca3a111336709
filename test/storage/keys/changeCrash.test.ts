import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoorId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { ChangeableKey } from '#core/ports/keyRoom.ts';
import { newRecoveryKeys } from '#storage/keys/curveKeys.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { RecoveryCopy } from '#storage/keys/recoveryCopy.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { openRoot } from '#storage/openMaster.ts';
import { Vault } from '#storage/thread/vault.ts';
import { epochOf } from '../support/epochs.ts';
import { person } from '../support/people.ts';
import { enrolIn, rosterOf } from '../support/vaults.ts';

const CHILD = join(import.meta.dirname, 'children/changeAndDie.ts');
/** More than any change has. */
const STEPS_MAX = 120;
/** Gates killed at a time. */
const AT_ONCE = 4;
const LABELS = ['Ada', 'Bo', 'Cy'];
const RECOVERY = newRecoveryKeys();

let places = '';
beforeAll(() => {
  places = mkdtempSync(join(tmpdir(), 'lintel-change-'));
  const folder = join(places, 'as-it-was');
  createKeyStore(rootOf(folder)).create();
  using vault = opened(folder).vault;
  enrolIn(vault, LABELS.map(person));
  vault.keys.setRecoveryKey(RECOVERY.public);
  vault.journal.append([{ at: wallTime(1), event: { kind: 'egress', door: 'front' as DoorId } }]);
});
afterAll(() => rmSync(places, { recursive: true, force: true }));

const rootOf = (folder: string): { kind: 'file'; path: string } => ({ kind: 'file', path: `${folder}.root` });

function opened(folder: string): { vault: Vault; reports: HealthReport[] } {
  const reports: HealthReport[] = [];
  const root = rootOf(folder);
  const master = openRoot(createKeyStore(root), folder);
  const [epoch, report] = [epochOf(folder), (line: HealthReport): void => void reports.push(line)];
  const vault = new Vault({ folder, simulated: true, master, root, epoch, maxPages: {}, report });
  return { vault, reports };
}

/** The folder of a gate that was killed at that step; `killed` is false where it had done before it came to it. */
async function killedAt(key: ChangeableKey, step: number): Promise<{ folder: string; killed: boolean }> {
  const folder = join(places, `${key}-${step}`);
  for (const suffix of ['', '.root', '.root.recovery', '.epoch'])
    cpSync(join(places, `as-it-was${suffix}`), `${folder}${suffix}`, { recursive: true });
  const child = spawn(process.execPath, [CHILD, folder, key, String(step)], { stdio: 'inherit' });
  await once(child, 'exit');
  expect(child.signalCode ?? child.exitCode).toBeOneOf(['SIGKILL', 3]);
  return { folder, killed: child.signalCode === 'SIGKILL' };
}

function done<Result>(parts: Generator<void, Result>): Result {
  let part = parts.next();
  while (part.done !== true) part = parts.next();
  return part.value;
}

/** Everything is there, and each key once. */
function expectWhole(folder: string): void {
  const { vault: first, reports } = opened(folder);
  using vault = first;
  expect(rosterOf(vault).templates).toHaveLength(LABELS.length);
  expect(rosterOf(vault).cardholders).toHaveLength(LABELS.length);
  expect(done(vault.journal.check({ indexes: false }))).toMatchObject({ ok: true, recordedDamage: [] });
  expect(reports).toEqual([]);
  expect(createEpochStore(epochOf(folder)).read()).toHaveLength(1);
  const store = createKeyStore(rootOf(folder));
  expect(store.openNext()).toBeUndefined();
  expect(new RecoveryCopy(rootOf(folder)).open(RECOVERY.secret)).toEqual([Buffer.from(store.open())]);
  for (const left of ['.old', '.new']) expect(existsSync(`${folder}.root${left}`)).toBe(false);
}

function changeAgain(folder: string, key: ChangeableKey): void {
  using vault = opened(folder).vault;
  const { announce } = done(vault.keys.change(key));
  if (announce !== undefined)
    vault.journal.append([{ at: wallTime(2), event: { kind: 'signing-key-changed', publicKey: announce } }]);
  expect(vault.keys.standing.unrecorded).toContain(key);
}

// The change of the people's keys ends with that of the epoch secret; that of a file has a test of its own.
describe.each<ChangeableKey>(['people', 'signing', 'root'])(
  'a gate that is killed while its key %s is changed',
  (key) => {
    it('has lost nobody at any step, holds no key twice, and the change can be done again', async () => {
      rmSync((await killedAt(key, Infinity)).folder, { recursive: true });
      let steps = 0;
      for (let first = 1, going = true; going; first += AT_ONCE) {
        expect(first).toBeLessThan(STEPS_MAX);
        const step = Array.from({ length: AT_ONCE }, (_, index) => killedAt(key, first + index));
        for (const [index, { folder, killed }] of (await Promise.all(step)).entries()) {
          expectWhole(folder);
          if (index === 0) {
            changeAgain(folder, key);
            expectWhole(folder);
          }
          rmSync(folder, { recursive: true });
          going &&= killed;
          if (killed) steps += 1;
        }
      }
      expect(steps).toBeGreaterThan(5);
    }, 120_000);
  },
);
