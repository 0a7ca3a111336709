import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { keepLastGood, lastGoodOf, readOrLastGood } from '#service/lastGood.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';

let folder = '';
let file = '';
let health = new HealthBoard();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-good-'));
  file = join(folder, 'gate.yaml');
  health = new HealthBoard();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (path: string): string => {
  const text = readFileSync(path, 'utf8');
  if (text.startsWith('wrong')) throw new Fault('config', { thing: path, found: text, expected: 'a good one' });
  return text;
};

it('a file that is good is what a start goes by', () => {
  writeFileSync(file, 'good');
  expect(readOrLastGood(file, read)).toEqual({ read: 'good', refused: undefined });
});

it('one that is wrong leaves the last good one, with the reason', () => {
  writeFileSync(file, 'good');
  keepLastGood(file, health);
  writeFileSync(file, 'wrong: this');
  const started = readOrLastGood(file, read);
  expect(started.read).toBe('good');
  expect(started.refused).toContain('found wrong: this');
  expect(readdirSync(folder).toSorted()).toEqual(['gate.yaml', 'gate.yaml.last-good']);
});

it('without a last good one, or with one that is wrong as well, a start is refused for what stands in the file', () => {
  writeFileSync(file, 'wrong: this');
  expect(() => readOrLastGood(file, read)).toThrow('found wrong: this');
  writeFileSync(lastGoodOf(file), 'wrong: that');
  expect(() => readOrLastGood(file, read)).toThrow('found wrong: this');
});

it('one that cannot be kept is told, and stops nothing', () => {
  writeFileSync(file, 'good');
  mkdirSync(`${lastGoodOf(file)}.new`);
  keepLastGood(file, health);
  expect(health.lines).toMatchObject([{ part: 'last good configuration', level: 'warning' }]);
});
