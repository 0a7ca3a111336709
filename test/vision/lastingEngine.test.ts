import { expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import type { HealthReport } from '#core/ports/health.ts';
import { ENGINE_RETRY_MS_FIRST, LastingEngine } from '#vision/node/lastingEngine.ts';
import { readModelsFile } from '#vision/node/readModelsFile.ts';
import { startVisionWorker } from '#vision/node/visionWorker.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { frameOf, MODELS_FOLDER } from './pictures.ts';

const { models } = readModelsFile(`${MODELS_FOLDER}/models.json`);
const frame = () => frameOf(8, 8);

/** An engine on threads that each answer once and die of the next call; `starts` may go wrong in between. */
async function engineOn(starts: ('well' | 'wrong')[]) {
  const clock = new FakeClock();
  const lines: HealthReport[] = [];
  const program = new URL('./threads/dying.ts', import.meta.url);
  const engine = await LastingEngine.start({
    clock,
    health: { report: (line) => void lines.push(line) },
    start: async () => {
      if (starts.shift() === 'wrong')
        throw new Fault('model', { thing: 'x.onnx', found: 'nothing', expected: 'a model' });
      return startVisionWorker({ folder: MODELS_FOLDER, models, scoreMin: 0.9, clock: new FakeClock(), program });
    },
  });
  return { engine, clock, lines };
}

it('a thread that is lost is followed by another, and the health page says both', async () => {
  const { engine, clock, lines } = await engineOn([]);
  for (let life = 0; life < 2; life++) {
    expect(await engine.detect(frame())).toEqual([]);
    await expect(engine.readCode(frame())).rejects.toMatchObject({ code: 'model', found: 'out of memory' });
    await expect.poll(() => lines.at(-1)).toMatchObject({ part: 'face models', level: 'failed' });
    await expect(engine.detect(frame())).rejects.toMatchObject({ found: 'out of memory' });
    expect(clock.untilNext).toBe(ENGINE_RETRY_MS_FIRST);
    clock.advanceToNext();
    await expect.poll(() => lines.at(-1)).toEqual({ part: 'face models', level: 'ok', says: 'run again' });
  }
  expect(await engine.detect(frame())).toEqual([]);
  await engine.close();
  expect(clock.waiting).toBe(0);
});

it('one that does not start is tried again after growing delays', async () => {
  const { engine, clock, lines } = await engineOn(['well', 'wrong', 'wrong', 'well']);
  await engine.detect(frame());
  await expect(engine.detect(frame())).rejects.toThrow();
  for (const waitMs of [1_000, 2_000, 4_000]) {
    await expect.poll(() => lines.at(-1)?.says).toContain(`started anew in ${waitMs / 1_000} s`);
    expect(clock.untilNext).toBe(waitMs);
    clock.advanceToNext();
  }
  await expect.poll(() => lines.at(-1)?.level).toBe('ok');
  expect(await engine.detect(frame())).toEqual([]);
  await engine.close();
});

it('nothing is started any more once it is closed', async () => {
  const { engine, clock, lines } = await engineOn([]);
  await engine.detect(frame());
  await expect(engine.detect(frame())).rejects.toThrow();
  await expect.poll(() => lines).toHaveLength(1);
  await engine.close();
  expect(clock.waiting).toBe(0);
});

it('a gate whose models are wrong from the beginning does not start', async () => {
  await expect(engineOn(['wrong'])).rejects.toMatchObject({ code: 'model', thing: 'x.onnx' });
});
