import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { TestFolder } from '../support/folder.ts';
import { person } from '../support/people.ts';
import { enrolIn, rosterOf } from '../support/vaults.ts';

const CHILD = join(import.meta.dirname, 'children/rotateAndDie.ts');
/** More than any change of a key has. */
const STEPS_MAX = 40;

it('killed at any step of the change of a file key, the gate opens, loses nobody, and has finished the change', async () => {
  await using folder = new TestFolder();
  const labels = Array.from({ length: 40 }, (_, index) => `person ${index}`);
  {
    using vault = folder.vault();
    enrolIn(vault, labels.map(person));
  }
  const master = Buffer.from(folder.master).toString('hex');
  let generation = 0;
  for (let step = 1; ; step++) {
    expect(step).toBeLessThan(STEPS_MAX);
    const child = spawn(process.execPath, [CHILD, folder.path, master, 'biometrics.db', String(step)], {
      stdio: 'inherit',
    });
    await once(child, 'exit');
    using vault = folder.vault();
    expect(rosterOf(vault).templates).toHaveLength(labels.length);
    using cabinet = openCabinet(folder.path, folder.master);
    expect(cabinet.fileKeys('biometrics.db')).toHaveLength(1);
    expect(cabinet.generation('file biometrics.db')).toBeOneOf([generation, generation + 1]);
    generation = cabinet.generation('file biometrics.db');
    if (child.signalCode === null) break;
  }
  expect(generation).toBeGreaterThan(5);
}, 120_000);

it('without room for a change of a file key nothing is changed, and with room again it is finished', async () => {
  await using folder = new TestFolder();
  {
    using vault = folder.vault();
    vault.journal.append(
      Array.from({ length: 500 }, (_, index) => ({
        at: wallTime(index),
        event: { kind: 'operator-action' as const, action: 'x'.repeat(2_000) },
      })),
    );
  }
  const { size } = statSync(join(folder.path, 'journal.db'));
  const child = join(import.meta.dirname, 'children/changeWithoutRoom.ts');
  const given = [child, folder.path, Buffer.from(folder.master).toString('hex')];
  // Every file may be as large as the database, and no larger: its rollback journal would be.
  const { stdout } = await promisify(execFile)('prlimit', [`--fsize=${size + 65_536}`, process.execPath, ...given]);
  expect(stdout).toContain('journal.db');
  using vault = folder.vault();
  expect(vault.journal.last).toBe(501);
  expect(vault.journal.read(501 as JournalId, 1)).toMatchObject([{ event: { kind: 'egress' } }]);
  expect(folder.reports).toEqual([]);
  expect(vault.keys.standing.changes).toContainEqual({ key: 'journal.db', changes: 1, at: expect.any(Number) });
});
