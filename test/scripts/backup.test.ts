import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { wholeRoster } from '../fakes/wholeRoster.ts';
import { Site } from '../storage/backup/support/machines.ts';
import { person } from '../storage/support/people.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/backup.ts');

interface Ran {
  readonly status: number;
  readonly says: string;
}

/** Runs the command as somebody would type it, with `input` at its standard input. */
async function backup(given: readonly string[], input = ''): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const child = execFile(process.execPath, [SCRIPT, ...given], (error, stdout, stderr) =>
    resolve({ status: error === null ? 0 : Number(error.code), says: stdout + stderr }),
  );
  child.stdin?.end(input);
  return promise;
}

it('a backup is made, rehearsed with the recovery key, and brought back on a machine that has nothing', async () => {
  await using site = new Site();
  const gate = site.machine();
  const storage = await gate.start();
  await storage.people.enrol(person('Ada'));
  await storage.journal.append({ at: wallTime(1), event: { kind: 'terminal-started' } });
  await storage.retryEscrow();
  await gate.stop();
  const made = await backup(['make', '--data', gate.folder, '--key', gate.keyFile, '--to', site.backups]);
  expect(made).toMatchObject({
    status: 0,
    says: expect.stringContaining('restored into a scratch place: 1 people whole'),
  });
  const file = join(site.backups, readdirSync(site.backups)[0]!);
  const other = site.machine('other');
  const there = ['--data', other.folder, '--key', other.keyFile, '--escrow', site.escrow];
  const recovery = site.recovery.secret.toString('hex');
  expect(await backup(['verify', file, ...there], recovery)).toMatchObject({ status: 0 });
  expect(existsSync(other.keyFile)).toBe(false);
  const restored = await backup(['restore', file, ...there], recovery);
  expect(restored).toMatchObject({ status: 0, says: expect.stringContaining('1 people come back') });
  const opened = await other.start();
  const roster = await wholeRoster(opened.people);
  expect(roster.templates).toHaveLength(1);
  const kinds = (await opened.journal.read(1 as JournalId, 10)).map(({ event }) => event.kind);
  // The entry about the backup itself is younger than the backup.
  expect(kinds).toEqual(['terminal-started', 'restored']);
}, 60_000);

it('a command that is not complete says how it is used', async () => {
  for (const given of [
    ['make', 'file'],
    ['verify', 'file', '--losing', 'x'],
  ])
    expect(await backup(given)).toMatchObject({ status: 2, says: expect.stringContaining('usage: npm run') });
}, 60_000);
