import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PEOPLE = join(ROOT, 'build/people');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-evaluate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function evaluate(...given: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const program = [join(ROOT, 'scripts/evaluate.ts'), ...given];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, program, (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

function put(place: string, sample: number): void {
  const path = join(folder, place);
  mkdirSync(join(path, '..'), { recursive: true });
  copyFileSync(join(PEOPLE, `sample${sample}.jpg`), path);
}

describe('npm run evaluate', () => {
  it('reports what was measured, null with a note where there is too little, and ends with 0', async () => {
    put('gallery/a/1.jpg', 1);
    put('gallery/a/2.jpg', 1);
    put('gallery/b/1.jpg', 4);
    put('impostors/c/1.jpg', 6);
    const { status, stdout } = await evaluate(folder, '--json', '--seed', '7');
    const report: unknown = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(report).toMatchObject({ command: 'evaluate', ok: true, seed: 7, machine: { arch: process.arch } });
    const { results } = report as {
      results: { name: string; value: unknown; unit: string; note: string; ok: boolean }[];
    };
    const value = Object.fromEntries(results.map(({ name, value: found }) => [name, found]));
    expect(value).toMatchObject({
      'detection.failures': 0,
      'verification.accuracy': 1,
      'verification.eer': 0,
      'openset.fnir_at_fpir_1pct': null,
      'openset.fnir_at_fpir_0.3pct': null,
      'openset.fnir_at_operating_point': 0,
      'openset.fpir_at_operating_point': 0,
    });
    expect(results.find(({ name }) => name === 'openset.fnir_at_fpir_1pct')?.note).toContain(
      '1 pictures of impostors of 300 needed',
    );
    expect(results.find(({ name }) => name === 'verification.eer')?.note).toContain('95 % interval');
    for (const { name, ok } of results) expect([name, ok]).toEqual([name, true]);
  });

  it('prints for people without --json', async () => {
    put('gallery/a/1.jpg', 1);
    const { status, stdout } = await evaluate(folder);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ok +detection\.failures +0 pictures$/m);
    expect(stdout).toMatch(/^ok +verification\.eer +-$/m);
    expect(stdout).toContain('evaluate: ok');
  });

  it.each([
    ['a folder that is not there', (): string[] => [join(folder, 'absent')], 'found no folder, expected a folder'],
    [
      'a folder without a gallery',
      (): string[] => [folder],
      'found no folder gallery, expected gallery/<identity>/*.jpg',
    ],
    ['no folder at all', (): string[] => [], 'arguments: found none, expected evaluate DIR'],
    ['a seed that is no number', (): string[] => [folder, '--seed', 'x'], 'expected evaluate DIR [--seed N]'],
  ])('ends with 2 and says why for %s', async (_, given, said) => {
    const { status, stderr } = await evaluate(...given());
    expect(status).toBe(2);
    expect(stderr).toContain(said);
  });

  it('ends with 2 for a gallery that holds something else, one that is empty, and a person on both sides', async () => {
    mkdirSync(join(folder, 'gallery'));
    expect(await evaluate(folder)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('found nothing, expected one folder'),
    });
    put('gallery/a/1.jpg', 1);
    writeFileSync(join(folder, 'gallery/a/notes.txt'), '');
    expect(await evaluate(folder)).toMatchObject({ status: 2, stderr: expect.stringContaining('found notes.txt') });
    rmSync(join(folder, 'gallery/a/notes.txt'));
    put('impostors/a/1.jpg', 2);
    expect(await evaluate(folder)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('expected somebody else'),
    });
  });

  it('names a picture that is damaged, and with --json says so in its report', async () => {
    mkdirSync(join(folder, 'gallery/a'), { recursive: true });
    writeFileSync(join(folder, 'gallery/a/1.jpg'), 'no picture');
    const { status, stdout, stderr } = await evaluate(folder, '--json');
    expect(status).toBe(2);
    expect(stderr).toContain('gallery/a/1.jpg');
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, results: [{ name: 'command', ok: false }] });
  });
});
