import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { epochFileBeside } from '#storage/keys/epochPlace.ts';
import { Vault } from '#storage/thread/vault.ts';
import { person } from '../storage/support/people.ts';
import { enrolIn } from '../storage/support/vaults.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/decommission.ts');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-decommission-'));
  createFileKeyStore(at('root.key')).create();
  const root = { kind: 'file', path: at('root.key') } as const;
  const master = createFileKeyStore(root.path).open();
  const epoch = epochFileBeside(root.path);
  using vault = new Vault({ folder: at('data'), simulated: true, master, root, epoch, maxPages: {}, report: () => {} });
  enrolIn(vault, ['Ada', 'Bo'].map(person));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const run = (...args: readonly string[]): ReturnType<typeof spawnSync> & { readonly stderr: string } =>
  spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
const WHERE = (): string[] => ['--data', at('data'), '--key', at('root.key')];
const REASON = ['--by', 'Iris', '--why', 'moved'];

test('an installer takes a terminal out of service, and anybody verifies the report', () => {
  const { status, stderr } = run(...WHERE(), ...REASON, '--report', at('report.json'), '--export', at('journal.jsonl'));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(['data', 'root.key', 'root.key.epoch'].map(at).filter(existsSync)).toEqual([]);
  expect(existsSync(at('journal.jsonl'))).toBe(true);
  const { key } = JSON.parse(readFileSync(at('report.json'), 'utf8')) as { key: string };
  expect(run('verify', at('report.json'), key).status).toBe(0);
  expect(run('verify', at('report.json'), 'ab'.repeat(32)).status).toBe(2);
});

test('without a reason, a place for the report, or a word on the journal nothing is erased', () => {
  for (const args of [
    [...REASON, '--without-journal'],
    ['--by', 'Iris', '--report', at('report.json'), '--without-journal'],
    [...REASON, '--report', at('report.json')],
  ]) {
    expect(run(...WHERE(), ...args)).toMatchObject({ status: 2 });
    expect(existsSync(at('data'))).toBe(true);
  }
});
