import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeLinesFolder } from '#service/simulated/linesFolder.ts';
import { GateFolder } from '../../e2e/support/gateFolder.ts';
import { GateProcess } from '../../e2e/support/gateProcess.ts';

let parent: string;

beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'lintel-test-'))));
afterEach(() => rmSync(parent, { recursive: true }));

const GONE = spawnSync('true').pid;

/** A folder as this process would make it, of another owner. */
async function folderOf(pid: number, end: string): Promise<string> {
  const own = await makeLinesFolder(parent);
  const path = join(parent, basename(own).replace(`-${process.pid}-`, `-${pid}-`).replace(/.{6}$/, end));
  rmSync(own, { recursive: true });
  mkdirSync(path);
  writeFileSync(join(path, 'line'), '');
  return path;
}

test('the lines of a simulated gate that was killed are removed by the next one', async () => {
  using folder = new GateFolder([['access-points', 0, 'camera', 'driver'], 'none']);
  const lines = (): string[] => readdirSync(folder.temporary).filter((name) => name.startsWith('lintel-lines-'));
  await using killed = new GateProcess(folder);
  await killed.ready;
  const [left] = lines();
  expect(left).toContain(`-${killed.pid}-`);
  await killed.kill('SIGKILL');
  expect(lines()).toEqual([left]);
  await using next = new GateProcess(folder);
  await next.ready;
  expect(lines()).toEqual([expect.stringContaining(`-${next.pid}-`)]);
  expect(await next.kill('SIGTERM')).toEqual({ status: 0, signal: null });
  expect(lines()).toEqual([]);
});

test('the lines of a gate that lives are left alone, and of two in one process both stay', async () => {
  const other = spawn('sleep', ['60']);
  using _gone = { [Symbol.dispose]: () => void other.kill() };
  const living = await folderOf(other.pid ?? 0, 'living');
  const first = await makeLinesFolder(parent);
  const second = await makeLinesFolder(parent);
  for (const path of [living, first, second]) expect(existsSync(path)).toBe(true);
});

test('what only looks like lines left behind is not removed', async () => {
  const left = await folderOf(GONE, 'behind');
  const elsewhere = join(parent, 'elsewhere');
  mkdirSync(elsewhere);
  const link = left.replace(/.{6}$/, 'linked');
  symlinkSync(elsewhere, link);
  const container = join(parent, `lintel-lines-1-${GONE}-abcdef`);
  const nameless = join(parent, 'lintel-lines-abcdef');
  mkdirSync(container);
  mkdirSync(nameless);
  await makeLinesFolder(parent);
  expect(existsSync(left)).toBe(false);
  for (const path of [link, elsewhere, container, nameless]) expect(existsSync(path)).toBe(true);
});

// Only root can give a folder away.
const OTHERS = process.getuid?.() === 0 ? [65_534] : [];

test.each(OTHERS)('the lines of another account (%i) are left to it', async (account) => {
  const left = await folderOf(GONE, 'theirs');
  chownSync(left, account, account);
  await makeLinesFolder(parent);
  expect(existsSync(left)).toBe(true);
});
