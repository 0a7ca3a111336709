import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import { decommission } from '#storage/decommission/decommission.ts';
import { verifyErasureReport } from '#storage/decommission/erasureReports.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { createCredentialKeyStore } from '#storage/keys/credentialKeyStore.ts';
import { newRecoveryKeys } from '#storage/keys/curveKeys.ts';
import { createEpochStore, epochFileBeside } from '#storage/keys/epochPlace.ts';
import { Vault, type VaultOptions } from '#storage/thread/vault.ts';
import { person } from '../support/people.ts';
import { enrolIn } from '../support/vaults.ts';

let folder: string;
let data: string;
let key: string;
let safe: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-decommission-'));
  data = join(folder, 'data');
  key = join(folder, 'root.key');
  safe = join(folder, 'safe');
  mkdirSync(safe);
  createFileKeyStore(key).create();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = (): VaultOptions => ({
  folder: data,
  simulated: true,
  master: createFileKeyStore(key).open(),
  epoch: epochFileBeside(key),
  escrowPlaces: [safe],
  maxPages: {},
  report: () => undefined,
});

/** A terminal with people, and with a copy of its epoch secret outside. */
function prepare(): void {
  new Vault(options())[Symbol.dispose]();
  {
    using cabinet = openCabinet(data, createFileKeyStore(key).open());
    const pair = newRecoveryKeys();
    cabinet.recoveryKey = pair.public;
  }
  using vault = new Vault(options());
  enrolIn(vault, ['Ada', 'Bo'].map(person));
}

const parts = (exportTo?: string): Parameters<typeof decommission>[0] => ({
  vault: options(),
  keyStore: createFileKeyStore(key),
  epochs: createEpochStore(epochFileBeside(key)),
  besideKey: [`${key}.recovery`],
  backups: [],
  by: 'Iris Installer',
  why: 'the gate is replaced',
  reportTo: join(folder, 'report.json'),
  wall: () => wallTime(1_000),
  ...(exportTo === undefined ? {} : { exportTo }),
});

it('a terminal taken out of service leaves no file, no key and no escrow, and a report that verifies offline', () => {
  prepare();
  writeFileSync(`${key}.recovery`, 'sealed');
  expect(readdirSync(safe)).toHaveLength(1);
  const exported = join(folder, 'journal.jsonl');
  const { report, key: publicKey } = decommission(parts(exported));
  expect([data, key, `${key}.epoch`, `${key}.recovery`].filter(existsSync)).toEqual([]);
  expect(readdirSync(safe)).toEqual([]);
  expect(report).toMatchObject({ state: 'done', by: 'Iris Installer', why: 'the gate is replaced', people: 2 });
  expect(report.erased.filter(({ outcome }) => outcome !== 'erased')).toEqual([]);
  expect(report.erased.map(({ thing }) => thing)).toContain(join(data, 'biometrics.db'));
  expect(report.keys.find(({ key: name }) => name.startsWith('signing'))?.fingerprint).toBe(publicKey);
  const sha256 = createHash('sha256').update(readFileSync(exported)).digest('hex');
  expect(report.journal.exported).toBe(sha256);
  const text = readFileSync(join(folder, 'report.json'), 'utf8');
  expect(verifyErasureReport(text, [publicKey])).toEqual(report);
  expect(() => verifyErasureReport(text, ['ab'.repeat(32)])).toThrow('that of a key of this terminal');
});

it('folders in the data folder and those that a restore put aside go as well', () => {
  prepare();
  mkdirSync(join(data, 'backup-work'));
  writeFileSync(join(data, 'backup-work/biometrics.db'), 'half a snapshot');
  mkdirSync(`${data}.before-20261101T000000000Z`);
  writeFileSync(`${data}.before-20261101T000000000Z/journal.db`, 'an older journal');
  const { report } = decommission(parts());
  expect(report.erased.filter(({ outcome }) => outcome === 'left')).toEqual([]);
  expect(readdirSync(folder).toSorted()).toEqual(['report.json', 'safe']);
});

it('what cannot be erased from here is told, with what to do', () => {
  prepare();
  const keyStore = createCredentialKeyStore('lintel-root', { CREDENTIALS_DIRECTORY: folder });
  writeFileSync(join(folder, 'lintel-root'), createFileKeyStore(key).open());
  const { report } = decommission({ ...parts(), keyStore });
  const left = report.erased.filter(({ outcome }) => outcome === 'left');
  expect(left).toMatchObject([
    { thing: 'root secret (systemd-credential)', says: expect.stringContaining('shred -u') },
  ]);
});

it('nothing is erased where the report cannot be written', () => {
  prepare();
  expect(() => decommission({ ...parts(), reportTo: join(folder, 'no-such-folder/report.json') })).toThrow();
  using vault = new Vault(options());
  expect(vault.standing().people).toBe(2);
});

it('a report that was changed anywhere is refused', () => {
  prepare();
  const signed = decommission(parts());
  const text = JSON.stringify(signed);
  expect(verifyErasureReport(text, [signed.key])).toEqual(signed.report);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.integer({ min: 33, max: 126 }), (at, code) => {
      const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
      fc.pre(changed !== text);
      expect(() => verifyErasureReport(changed, [signed.key])).toThrow();
    }),
  );
});
