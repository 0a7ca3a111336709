import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atMost, commitOf, linesOf, readArguments, reportOf, result } from '../../scripts/report.ts';

const SCRIPTS = join(import.meta.dirname, '../../scripts');

/** Runs a command of one line in a process of its own. */
function command(body: string, ...given: string[]): { status: number | null; stdout: string; stderr: string } {
  const script = `
    import { atMost, result, runCommand } from './report.ts';
    import { Fault } from '#core/kernel/fault.ts';
    await runCommand('try', async () => { ${body} });
  `;
  const program = ['--input-type=module-typescript', '-e', script, '--', 'in place of the file', ...given];
  return spawnSync(process.execPath, program, { cwd: SCRIPTS, encoding: 'utf8' });
}

describe('the report of a command', () => {
  it('is ok exactly where it has results and all are ok', () => {
    const good = result('a', { value: 1 });
    expect(reportOf('try', [good, result('b', { note: 'too little' })]).ok).toBe(true);
    expect(reportOf('try', [good, result('b', { ok: false })]).ok).toBe(false);
    expect(reportOf('try', []).ok).toBe(false);
  });

  it('holds a number against its limit, and what is no number is over it', () => {
    const limit = { limit: 2, unit: 's' };
    expect(atMost('a', { value: 2, ...limit })).toEqual({
      name: 'a',
      ok: true,
      value: 2,
      unit: 's',
      limit: 2,
      note: null,
    });
    expect(atMost('a', { value: 2.01, ...limit }).ok).toBe(false);
    expect(atMost('a', { value: Number.NaN, ...limit }).ok).toBe(false);
  });

  it('names machine, commit and seed', () => {
    const report = reportOf('try', [result('a', {})], 5);
    expect(report).toMatchObject({
      command: 'try',
      seed: 5,
      machine: { node: process.versions.node, arch: process.arch },
    });
    expect(report.commit).toBe(
      execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: SCRIPTS, encoding: 'utf8' }).trim(),
    );
    expect(report.machine.loadAverage).toHaveLength(3);
  });

  it('has no commit outside a clone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lintel-no-clone-'));
    expect(commitOf(folder)).toBeNull();
    rmSync(folder, { recursive: true });
  });

  it('says for people what is wrong', () => {
    const lines = linesOf(reportOf('try', [atMost('wait', { value: 3, limit: 2, unit: 's', note: 'median of five' })]));
    expect(lines[0]).toBe('NOT OK  wait  3 s  (limit 2 s)');
    expect(lines[1]).toContain('median of five');
    expect(lines).toContain('try: NOT OK');
  });

  it('takes --json from anywhere and leaves the rest in order', () => {
    expect(readArguments(['a', '--json', 'b'])).toEqual({ json: true, rest: ['a', 'b'] });
    expect(readArguments([])).toEqual({ json: false, rest: [] });
  });

  it('sets the exit status, with --json as without', () => {
    const good = `return { results: [result('a', { value: 1 })], seed: 3 };`;
    const bad = `return { results: [atMost('a', { value: 2, limit: 1, unit: 's' })] };`;
    expect(command(good).status).toBe(0);
    expect(command(bad).status).toBe(1);
    const json = command(bad, '--json');
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      command: 'try',
      ok: false,
      seed: null,
      results: [{ name: 'a', value: 2 }],
    });
  });

  it('tells of a fault by its message and 2, of a defect by its stack and 1', () => {
    const fault = command(`throw new Fault('config', { thing: 'x', found: 'y', expected: 'z' });`, '--json');
    expect(fault).toMatchObject({ status: 2, stderr: 'try: x: found y, expected z\n' });
    expect(JSON.parse(fault.stdout)).toMatchObject({ ok: false, results: [{ note: 'x: found y, expected z' }] });
    const defect = command(`throw new Error('oh');`);
    expect(defect.status).toBe(1);
    expect(defect.stderr).toContain('Error: oh\n    at ');
  });
});
