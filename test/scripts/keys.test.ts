import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { epochFileBeside } from '#storage/keys/epochPlace.ts';
import { Vault } from '#storage/thread/vault.ts';
import { person } from '../storage/support/people.ts';
import { enrolIn, rosterOf } from '../storage/support/vaults.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/keys.ts');

it('keys are rotated, put in escrow and checked by command, and everybody is there afterwards', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-keys-'));
  const [data, key, safe] = ['data', 'root.key', 'safe'].map((name) => join(folder, name)) as [string, string, string];
  const given = ['--data', data, '--key', key];
  const run = (args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8', input });
  const opened = (): Vault => {
    const master = createFileKeyStore(key).open();
    return new Vault({
      folder: data,
      simulated: true,
      master,
      epoch: epochFileBeside(key),
      maxPages: {},
      report: () => undefined,
    });
  };
  try {
    mkdirSync(safe);
    createFileKeyStore(key).create();
    const receipt = join(folder, 'receipt.json');
    let publicKey = '';
    {
      using vault = opened();
      enrolIn(vault, ['Ada', 'Bo'].map(person));
      const issued = vault.receipts.issue(
        vault.people.withdrawFace(person('Ada').cardholder.pseudonym, wallTime(1)),
        wallTime(2),
      );
      publicKey = issued.key;
      writeFileSync(receipt, JSON.stringify(issued));
      expect(run(['status', ...given]).stderr).toContain('another gate that runs on it');
    }
    expect(run(['status', ...given]).stdout).toContain('journal.db: key changed 0 times');
    expect(run(['change', ...given])).toMatchObject({ status: 0 });
    expect(run(['status', ...given]).stdout).toContain('journal.db: key changed 1 times');
    const [secret = ''] = /[0-9a-f]{64}/.exec(run(['recovery', ...given]).stdout) ?? [];
    expect(run(['escrow', ...given, safe])).toMatchObject({ status: 0, stderr: '' });
    const copy = join(safe, readdirSync(safe)[0] ?? '');
    expect(run(['check-escrow', copy], secret).stdout).toContain('opens; generation 3');
    expect(run(['check-escrow', copy], 'ab'.repeat(32)).status).toBe(2);
    expect(run(['verify-receipt', receipt, publicKey])).toMatchObject({ status: 0 });
    expect(run(['verify-receipt', receipt, 'ab'.repeat(32)]).status).toBe(2);
    expect(run(['change', 'coffee.db', ...given]).stderr).toContain('usage');
    using vault = opened();
    expect(rosterOf(vault).cardholders).toHaveLength(2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
