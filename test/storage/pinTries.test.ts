import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PinTriesRecord } from '#core/access/pinTries.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { PinTriesStore } from '#core/ports/stores.ts';
import { createPinTries, PIN_TRIES_FILE } from '#storage/pinTries.ts';

const MASTER = new Uint8Array(32).fill(9);
const TRIES: PinTriesRecord = {
  byNumber: [{ number: '40047110', at: [wallTime(1_000.5), wallTime(2_000)] }],
  terminal: [wallTime(1_000.5), wallTime(2_000)],
};

let folder = '';
let reports: HealthReport[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-tries-'));
  reports = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const opened = (): PinTriesStore =>
  createPinTries({ folder, master: MASTER, report: (line) => void reports.push(line) });
const path = (): string => join(folder, PIN_TRIES_FILE);

it('wrong PINs are known after a restart', async () => {
  expect(opened().read()).toBeUndefined();
  await opened().write(TRIES);
  expect(opened().read()).toEqual(TRIES);
  expect(reports).toEqual([]);
});

it('no number stands in the file', async () => {
  await opened().write(TRIES);
  expect(readFileSync(path()).includes('40047110')).toBe(false);
});

it('a file that this gate did not write is told, and counts for nothing', async () => {
  await opened().write(TRIES);
  const bytes = readFileSync(path());
  bytes[20]! ^= 1;
  writeFileSync(path(), bytes);
  expect(opened().read()).toBeUndefined();
  expect(reports).toMatchObject([{ part: 'PIN tries', level: 'warning' }]);
});

it('a file cut anywhere is told, and counts for nothing', async () => {
  await opened().write(TRIES);
  const bytes = readFileSync(path());
  for (let length = 0; length < bytes.length; length++) {
    writeFileSync(path(), bytes.subarray(0, length));
    expect(opened().read()).toBeUndefined();
  }
});

it('of several writes at once the newest stands', async () => {
  const tries = opened();
  const newest = { byNumber: [], terminal: [wallTime(9)] };
  await Promise.all([tries.write(TRIES), tries.write(TRIES), tries.write(newest)]);
  expect(opened().read()).toEqual(newest);
});

it('a folder that is gone is told to whoever writes, and the next write works', async () => {
  const tries = opened();
  rmSync(folder, { recursive: true });
  await expect(tries.write(TRIES)).rejects.toMatchObject({ code: 'storage' });
  mkdirSync(folder);
  await tries.write(TRIES);
  expect(tries.read()).toEqual(TRIES);
});
