import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lintel-silent-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** Everything that a process leaves below its home and in its temporary folder after it has loaded a model. */
function leftBehind(silence: string): readonly string[] {
  const root = join(import.meta.dirname, '../..');
  const program = `
    import { InferenceSession } from 'onnxruntime-node';
    import { silenceRuntime } from '#vision/node/silentRuntime.ts';
    ${silence}
    const session = await InferenceSession.create('models/fr_landmark.onnx');
    await session.release();
  `;
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, TMPDIR: home, XDG_CACHE_HOME: join(home, '.cache') };
  // On machines that build and test, the runtime keeps silent by itself.
  for (const name of ['ORT_DISABLE_TELEMETRY', 'CI']) delete env[name];
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: root, env, encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  expect(ran.status).toBe(0);
  return readdirSync(home, { recursive: true, encoding: 'utf8' });
}

it('keeps the model runtime from writing an id of the device and events to be sent', () => {
  expect(leftBehind('silenceRuntime();')).toEqual([]);
});

it('is needed: left alone, the runtime writes both', () => {
  expect(leftBehind('').join('\n')).toContain('onnxruntime');
});
