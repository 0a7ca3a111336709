import { execFile } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { wholeRoster } from '../../fakes/wholeRoster.ts';
import { person } from '../support/people.ts';
import { AT, Site, type Machine } from './support/machines.ts';

/** Of each act, beside its last steps, in which names change. */
const STEPS_TRIED = 2;
const LAST_STEPS = { restoring: 4, making: 2 };
const NAMES = ['Ada', 'Bo'].map((label) => person(label).cardholder.name).toSorted();

let site: Site;
let gate: Machine;
let backup: string;
let copies = 0;

beforeAll(async () => {
  site = new Site();
  gate = site.machine();
  const storage = await gate.start();
  for (const one of ['Ada', 'Bo'].map(person)) await storage.people.enrol(one);
  await storage.journal.append({ at: wallTime(1), event: { kind: 'terminal-started' } });
  backup = (await gate.backUp(storage)).file;
  await gate.stop();
});

afterAll(() => site[Symbol.asyncDispose]());

/** A machine of its own, in the same state. */
function another(): Machine {
  const machine = site.machine(`copy ${++copies}`);
  cpSync(dirname(gate.folder), dirname(machine.folder), { recursive: true });
  return machine;
}

/** How many changes of the disk the child made; undefined where it was killed before one of them. */
async function run(child: string, ...given: readonly (string | number)[]): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const path = join(import.meta.dirname, 'children', child);
  execFile(process.execPath, [path, ...given.map(String)], (error, stdout, stderr) => {
    if (error === null) resolve(Number(stdout));
    else if (error.signal === 'SIGKILL') resolve(undefined);
    else reject(new Error(stderr));
  });
  return promise;
}

/** Some of `count` steps in order, spread over them, and the last ones. */
function stepsOf(count: number, last: number): number[] {
  const spread = Array.from({ length: STEPS_TRIED }, (_, n) => 1 + Math.floor((n * (count - last)) / STEPS_TRIED));
  return [...spread, ...Array.from({ length: last }, (_, n) => count - last + 1 + n)];
}

/** Opens, holds everybody, and its journal is whole. What it was recorded to be. */
async function kindsIn(machine: Machine): Promise<string[]> {
  const storage = await machine.start();
  const roster = await wholeRoster(storage.people);
  expect(roster.cardholders.map(({ name }) => name).toSorted()).toEqual(NAMES);
  expect(roster.templates).toHaveLength(2);
  expect(await storage.journal.check({ indexes: true })).toMatchObject({ ok: true });
  expect(machine.reports.filter(({ level }) => level === 'failed')).toEqual([]);
  return (await storage.journal.read(1 as JournalId, 10)).map(({ event }) => event.kind);
}

describe('a process that is killed', () => {
  it('while it restores leaves the old data folder whole or the new one, whenever that is', async () => {
    const count = await run('restoreAndDie.ts', ...restoring(another()), 0);
    let outcomes = '';
    for (const step of stepsOf(count!, LAST_STEPS.restoring)) {
      const machine = another();
      expect(await run('restoreAndDie.ts', ...restoring(machine), step)).toBeUndefined();
      const kinds = await kindsIn(machine);
      outcomes += kinds.length === 2 ? 'n' : 'o';
      expect(kinds).toEqual(kinds.length === 2 ? ['terminal-started', 'restored'] : ['terminal-started']);
      await machine.stop();
      expect(machine.restore(backup)).toMatchObject({ people: 2, journal: 'kept' });
      await machine.stop();
    }
    expect(outcomes).toMatch(/^o{2,}n{1,}$/);
  }, 60_000);

  it('while it makes a backup leaves the gate as it was, and no backup that does not restore', async () => {
    const target = (step: number): string => join(site.path, `target ${step}`);
    const made = (machine: Machine, step: number): Promise<number | undefined> => {
      cpSync(site.escrow, target(step), { recursive: true });
      return run('makeAndDie.ts', machine.folder, machine.keyFile, target(step), AT + 1, step);
    };
    const count = await made(another(), 0);
    for (const step of stepsOf(count!, LAST_STEPS.making)) {
      const machine = another();
      expect(await made(machine, step)).toBeUndefined();
      expect(await kindsIn(machine)).toEqual(['terminal-started']);
      await machine.stop();
      const left = readdirSync(target(step)).filter((name) => name.endsWith('.backup'));
      for (const name of left) expect(machine.restore(join(target(step), name))).toMatchObject({ people: 2 });
    }
  }, 60_000);
});

const restoring = ({ folder, keyFile }: Machine): string[] => [folder, keyFile, backup];
