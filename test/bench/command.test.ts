import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const BENCH = join(import.meta.dirname, '../../scripts/bench.ts');
const RUN_MS_MAX = 180_000;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const bench = (...given: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [BENCH, ...given], (_, stdout, stderr) => {
      resolve({ status: child.exitCode, stdout, stderr });
    });
  });

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('lintel-bench-'));

it(
  'measures the strike, reports it by its names, and leaves nothing behind',
  async () => {
    const before = leftovers();
    const { status, stdout, stderr } = await bench('--quick', '--only', 'strike', '--json');
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as { results: { name: string }[] };
    expect(report).toMatchObject({
      command: 'bench',
      ok: expect.any(Boolean),
      seed: null,
      machine: { arch: process.arch, loadAverage: [expect.any(Number), expect.any(Number), expect.any(Number)] },
    });
    const inMs = { ok: true, value: expect.any(Number), unit: 'ms', limit: null, note: expect.any(String) };
    const ratio = { value: expect.any(Number), unit: 'of raw inference', note: expect.any(String) };
    expect(report.results).toEqual([
      { name: 'strike.p50_ratio', ok: expect.any(Boolean), limit: 1.5, ...ratio },
      { name: 'strike.p50_ms', ...inMs },
      { name: 'strike.p95_ms', ...inMs },
      { name: 'strike.few_p50_ratio', ok: true, limit: null, ...ratio },
      { name: 'strike.few_p50_ms', ...inMs },
    ]);
    expect(status).toBe((report as unknown as { ok: boolean }).ok ? 0 : 1);
    expect(leftovers().filter((name) => !before.includes(name))).toEqual([]);
  },
  RUN_MS_MAX,
);

it(
  'leaves nothing behind where it is interrupted',
  async () => {
    const before = leftovers();
    const child = execFile(process.execPath, [BENCH, '--quick', '--only', 'strike']);
    const ended = once(child, 'exit');
    while (leftovers().every((name) => before.includes(name))) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(leftovers().filter((name) => !before.includes(name))).toEqual([]);
  },
  RUN_MS_MAX,
);

it.each([
  ['a measurement that is not known', ['--only', 'speed']],
  ['no name of a measurement', ['--only']],
  ['an argument that is not known', ['--slow']],
])('with %s it ends with 2 and says how to call it', async (_, given) => {
  const { status, stderr } = await bench(...given);
  expect(status).toBe(2);
  expect(stderr).toContain(`found ${given.join(' ')}, expected bench [--quick] [--only strike|`);
});
