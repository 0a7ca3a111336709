import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Report } from '../../scripts/report.ts';
import { GateFolder, ROOT } from '../e2e/support/gateFolder.ts';
import { GateProcess } from '../e2e/support/gateProcess.ts';

const TEST_MS_MAX = 60_000;

interface Ran {
  readonly status: number;
  readonly report: Report;
}

function run(script: string, ...args: readonly string[]): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  execFile(process.execPath, [join(ROOT, 'scripts', script), ...args, '--json'], (error, stdout) => {
    const status = typeof error?.code === 'number' ? error.code : 0;
    resolve({ status, report: JSON.parse(stdout) as Report });
  });
  return promise;
}

/** A command that says what it did as text. */
function say(script: string, ...args: readonly string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile(process.execPath, [join(ROOT, 'scripts', script), ...args], (_error, stdout, stderr) =>
    resolve(stdout + stderr),
  );
  return promise;
}

const named = ({ report }: Ran, name: string): unknown => report.results.find((one) => one.name === name)?.value;

test(
  'an auditor reads, verifies and takes along the journal of a gate that works, and the journal says so',
  async () => {
    using folder = new GateFolder([['access-points', 0, 'camera', 'driver'], 'none']);
    await using gate = new GateProcess(folder);
    await gate.ready;
    const data = ['--data', folder.data] as const;
    const taken = join(folder.path, 'taken.jsonl');

    expect(named(await run('health.ts', ...data), 'key store')).toBe('warning');
    const found = await run('journal.ts', 'search', ...data, '--kind', 'terminal-started');
    expect(found.status).toBe(0);
    expect(named(found, 'found')).toBe(1);
    const exported = await run('journal.ts', 'export', ...data, '--to', taken);
    expect(exported.status).toBe(0);
    const key = String(named(exported, 'public key'));
    expect((await run('journal.ts', 'verify-export', taken, '--public-key', key)).status).toBe(0);
    expect((await run('journal.ts', 'verify', ...data, '--anchor', taken)).status).toBe(0);
    expect(named(await run('journal.ts', 'search', ...data, '--kind', 'operator-action'), 'found')).toBe(4);
    const keys = [...data, '--key', folder.key] as const;
    expect(await say('keys.ts', 'change', 'signing', 'journal.db', ...keys)).toBe(
      'signing: changed\njournal.db: changed\n',
    );
    expect(await say('keys.ts', 'change', 'coffee', ...keys)).toContain('usage');
    expect(await say('keys.ts', 'status', ...keys)).toContain('signing: key changed 1 times');
    expect(named(await run('journal.ts', 'search', ...data, '--kind', 'key-changed'), 'found')).toBe(2);
    expect((await run('journal.ts', 'verify', ...data, '--anchor', taken)).status).toBe(0);
    const backups = join(folder.path, 'backups');
    expect(await say('backup.ts', 'make', ...keys, '--to', backups)).toContain(`backup folder ${backups}`);
    mkdirSync(backups);
    expect(await say('backup.ts', 'make', ...keys, '--to', backups)).toContain('restored into a scratch place');
    expect(named(await run('journal.ts', 'search', ...data, '--kind', 'backup-made'), 'found')).toBe(1);
    expect(await gate.kill('SIGTERM')).toEqual({ status: 0, signal: null });

    const stopped = await run('health.ts', ...data);
    expect(stopped.status).toBe(2);
    expect((await run('journal.ts', 'verify', ...data, '--key', folder.key)).status).toBe(0);
  },
  TEST_MS_MAX,
);
