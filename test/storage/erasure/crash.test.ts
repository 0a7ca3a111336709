import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import { LEGAL_MINIMUM } from '#core/privacy/retention.ts';
import { DATABASE_FILES } from '#storage/files/folderMarker.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { epochOf } from '../support/epochs.ts';
import { TestFolder } from '../support/folder.ts';
import { person } from '../support/people.ts';
import { enrolIn, rosterOf } from '../support/vaults.ts';

const CHILD = join(import.meta.dirname, 'children/deleteAndDie.ts');
const ADA = person('Ada').cardholder.pseudonym;
const AT = wallTime(5_000);
const EVER = wallTime(Number.MAX_SAFE_INTEGER);
/** More than any deletion has. */
const STEPS_MAX = 60;

/** True where the child was killed at that step; false where it had done before it came to it. */
async function killedAt(folder: TestFolder, what: string, step: number): Promise<boolean> {
  const master = Buffer.from(folder.master).toString('hex');
  const child = spawn(process.execPath, [CHILD, folder.path, master, what, String(step)], { stdio: 'inherit' });
  await once(child, 'exit');
  expect(child.signalCode ?? child.exitCode).toBeOneOf(['SIGKILL', 3]);
  return child.signalCode === 'SIGKILL';
}

async function filled(what: string): Promise<TestFolder> {
  const folder = new TestFolder();
  using vault = folder.vault();
  enrolIn(vault, ['Ada', 'Bo'].map(person));
  if (what === 'erasure') vault.people.erase([ADA], AT, LEGAL_MINIMUM);
  return folder;
}

/** Tables in which the pseudonym of Ada stands. */
function tablesWithAda(folder: TestFolder): string[] {
  const tables = {
    'biometrics.db': ['templates', 'consents'],
    'identities.db': ['cardholders', 'credentials'],
  } as const;
  return Object.entries(tables).flatMap(([file, names]) => {
    using database = folder.database(DATABASE_FILES.find((name) => name === file)!);
    const rows = (table: string): unknown =>
      database.prepare(`SELECT 1 FROM ${table} WHERE pseudonym = ?`).get(Buffer.from(ADA, 'hex'));
    return names.filter((table) => rows(table) !== undefined);
  });
}

describe.each(['withdrawal', 'erasure'])('a gate that is killed within its %s', (what) => {
  it('has it done or not begun, at every step; everybody else comes in, and it can be done again', async () => {
    let outcomes = '';
    for (let step = 1; ; step++) {
      expect(step).toBeLessThan(STEPS_MAX);
      await using folder = await filled(what);
      const killed = await killedAt(folder, what, step);
      const bo = person('Bo');
      {
        using vault = folder.vault();
        const { cardholders, credentials, templates } = rosterOf(vault);
        expect(cardholders).toContainEqual(bo.cardholder);
        expect(credentials).toEqual(expect.arrayContaining([...bo.credentials]));
        expect(templates).toContainEqual(bo.face.templates[0]!.record);
        expect(createEpochStore(epochOf(folder.path)).read()).toHaveLength(1);
        const done = what === 'withdrawal' ? templates.length === 1 : vault.people.consentsOf(ADA).length === 0;
        outcomes += done ? 'd' : 'n';
        expect(folder.reports).toEqual([]);
        if (what === 'withdrawal') {
          expect(vault.people.withdrawFace(ADA, AT).biometricKeyDestroyedAt).toBe(AT);
          expect(rosterOf(vault).templates).toHaveLength(1);
        } else vault.people.eraseDue(EVER);
      }
      expect(tablesWithAda(folder)).toEqual(what === 'withdrawal' ? ['consents', 'cardholders', 'credentials'] : []);
      if (!killed) break;
    }
    // The commit of the keyring is the one moment between the two.
    expect(outcomes).toMatch(/^n{5,}d{5,}$/);
  }, 120_000);
});
