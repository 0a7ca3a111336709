import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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
