import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NO_PASS_SPENT, PASSES_SPENT_MAX, spendPass, type SpentPasses } from '#core/access/pass.ts';
import type { PassId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { SpentPassStore } from '#core/ports/stores.ts';
import { createSpentPasses, SPENT_PASSES_FILE } from '#storage/spentPasses.ts';

const MASTER = new Uint8Array(32).fill(9);
const ID = 'a1'.repeat(16) as PassId;
const SPENT: SpentPasses = { until: new Map([[ID, wallTime(1_800_000_000_000)]]), doubtedUntil: wallTime(7) };

let folder = '';
let reports: HealthReport[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-spent-'));
  reports = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const opened = (): SpentPassStore =>
  createSpentPasses({ folder, master: MASTER, report: (line) => void reports.push(line) });
const path = (): string => join(folder, SPENT_PASSES_FILE);

it('spent passes are known after a restart', async () => {
  expect(opened().read()).toEqual(NO_PASS_SPENT);
  await opened().write(SPENT);
  expect(opened().read()).toEqual(SPENT);
  expect(reports).toEqual([]);
});

it('as many as are remembered find room', async () => {
  const many = { until: new Map(Array.from({ length: PASSES_SPENT_MAX }, (_, i) => [idOf(i), wallTime(i)] as const)) };
  await opened().write(many);
  expect(opened().read()).toEqual(many);
});

it('no pass stands in the file in clear', async () => {
  await opened().write(SPENT);
  expect(readFileSync(path()).includes(Buffer.from(ID, 'hex'))).toBe(false);
});

it('a file that was changed or cut anywhere is told, and nothing is known of what was spent', async () => {
  await opened().write(SPENT);
  const bytes = readFileSync(path());
  for (let length = 0; length < bytes.length; length++) {
    writeFileSync(path(), bytes.subarray(0, length));
    expect(opened().read()).toBe('unknown');
    const other = Buffer.from(bytes);
    other[length]! ^= 1;
    writeFileSync(path(), other);
    expect(opened().read()).toBe('unknown');
  }
  expect(reports[0]).toMatchObject({ part: 'spent passes', level: 'warning' });
});

it('of several writes at once the newest stands, and each returns when it does', async () => {
  const store = opened();
  const newest = spendPass(SPENT, { id: idOf(2), until: wallTime(9) }, wallTime(1));
  await Promise.all([store.write(NO_PASS_SPENT), store.write(SPENT), store.write(newest)]);
  expect(opened().read()).toEqual(newest);
});

it('a folder that is gone is told to whoever writes, and the next write works', async () => {
  const store = opened();
  rmSync(folder, { recursive: true });
  await expect(store.write(SPENT)).rejects.toMatchObject({ code: 'storage' });
  mkdirSync(folder);
  await store.write(SPENT);
  expect(store.read()).toEqual(SPENT);
});

it('what a process was told is spent stays spent when it is killed in that moment', async () => {
  opened();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'children/spendAndWait.ts'), folder, ID], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(opened().read()).toMatchObject({ until: new Map([[ID, 1_800_000_000_000]]) });
}, 20_000);

const idOf = (number: number): PassId => number.toString(16).padStart(32, '0') as PassId;
