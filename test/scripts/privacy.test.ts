import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyReceipt } from '#storage/keys/receipts.ts';
import type { Report, Result } from '../../scripts/report.ts';
import { GateFolder, ROOT } from '../e2e/support/gateFolder.ts';
import { GateProcess } from '../e2e/support/gateProcess.ts';

const TEST_MS_MAX = 60_000;

interface Ran {
  readonly status: number;
  readonly results: readonly Result[];
}

function run(script: string, ...args: readonly string[]): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  execFile(process.execPath, [join(ROOT, 'scripts', script), ...args, '--json'], (error, stdout) => {
    const status = typeof error?.code === 'number' ? error.code : 0;
    resolve({ status, results: (JSON.parse(stdout) as Report).results });
  });
  return promise;
}

const named = ({ results }: Ran, name: string): unknown => results.find((one) => one.name === name)?.value;

test(
  'a privacy officer finds a person, withdraws the face, revokes the card and erases, at a gate that works',
  async () => {
    using folder = new GateFolder();
    await using gate = new GateProcess(folder);
    await gate.ready;
    const privacy = (...args: readonly string[]): Promise<Ran> => run('privacy.ts', ...args, '--data', folder.data);
    const taken = join(folder.path, 'receipt.json');

    const found = await privacy('find', 'demonstration one');
    expect([found.status, named(found, 'found')]).toEqual([0, 1]);
    const person = found.results[0]!.name;
    const card = found.results.find(({ value }) => value === 'card')!.name;

    expect((await privacy('withdraw', person, '--to', taken)).status).toBe(0);
    expect(statSync(taken).mode & 0o077).toBe(0);
    const signed: { key: string } = JSON.parse(readFileSync(taken, 'utf8'));
    const receipt = verifyReceipt(readFileSync(taken, 'utf8'), [Buffer.from(signed.key, 'hex')]);
    expect(receipt).toMatchObject({ kind: 'withdrawal', pseudonym: person, recordKey: { kind: 'in-use' } });
    expect((await privacy('receipt-again', taken)).status).toBe(0);
    expect((await privacy('revoke', card)).results[0]?.note).toContain('revoked');
    expect((await privacy('revoke', card)).status, 'nobody holds it any more').toBe(2);
    expect((await privacy('erase', person)).results[0]?.note).toContain('records restricted until');
    expect((await privacy('receipt', person)).status).toBe(0);
    expect(named(await privacy('find', 'demonstration one'), 'found')).toBe(0);

    expect(named(await privacy('forecast', '1100'), 'restricted')).toBe(1);
    expect(named(await privacy('purge'), 'purge')).toBe('done');
    expect((await privacy('confirm-clock')).status).toBe(0);
    const told = await run('journal.ts', 'search', '--data', folder.data, '--person', person, '--limit', '50');
    const kinds = told.results.flatMap(({ value }) => (String(value).match(/"kind":"([a-z-]+)"/) ?? []).slice(1));
    expect(kinds).toEqual(['enrolled', 'records-read', 'face-withdrawn', 'credential-revoked', 'erasure-asked']);
    expect((await privacy('withdraw', 'somebody')).status).toBe(2);

    expect(await gate.kill('SIGTERM')).toEqual({ status: 0, signal: null });
    expect((await privacy('forecast')).status, 'a gate that is stopped answers nobody').toBe(2);
  },
  TEST_MS_MAX,
);
