import { describe, expect, it } from 'vitest';
import type { Frame } from '#core/ports/camera.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import {
  startVisionWorker,
  VISION_CALL_MS_MAX,
  VISION_CLOSE_MS_MAX,
  VISION_START_MS_MAX,
  type VisionWorker,
} from '#vision/node/visionWorker.ts';
import { readModelsFile } from '#vision/node/readModelsFile.ts';
import { CALLS_WAITING_MAX } from '#vision/turns.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { demonstrationFaces, frameOf, MODELS_FOLDER } from './pictures.ts';

const { models } = readModelsFile(`${MODELS_FOLDER}/models.json`);

function startThread(name: string, clock = new FakeClock()): Promise<VisionWorker> {
  const program = new URL(`./threads/${name}.ts`, import.meta.url);
  return startVisionWorker({ folder: MODELS_FOLDER, models, scoreMin: 0.9, clock, program });
}

const frame = (): Frame => frameOf(8, 8);

/** Calls get their turn in microtasks; none of them waits for time. */
const turnsTaken = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a vision thread that does not answer', () => {
  it('is given up at the limit of a call, with every call that waits behind it', async () => {
    const clock = new FakeClock();
    const engine = await startThread('silent', clock);
    const calls = [engine.detect(frame()), engine.detect(frame()), engine.detect(frame())].map((call) =>
      call.catch((error: unknown) => error),
    );
    await turnsTaken();
    clock.advance(VISION_CALL_MS_MAX);
    const fault = { code: 'model', thing: 'vision thread', found: `no answer within ${VISION_CALL_MS_MAX} ms` };
    for (const call of calls) expect(await call).toMatchObject(fault);
    expect(await engine.closed).toMatchObject(fault);
    await expect(engine.detect(frame())).rejects.toMatchObject(fault);
    await engine.close();
    expect(clock.waiting).toBe(0);
  });

  it('is not given up a moment before', async () => {
    const clock = new FakeClock();
    const engine = await startThread('silent', clock);
    let isSettled = false;
    const call = engine
      .detect(frame())
      .catch(() => undefined)
      .finally(() => (isSettled = true));
    await turnsTaken();
    clock.advance(VISION_CALL_MS_MAX - 1);
    await turnsTaken();
    expect(isSettled).toBe(false);
    clock.advance(1);
    await call;
    await engine.close();
  });

  it('does not hold up the start for ever', async () => {
    const clock = new FakeClock();
    const starting = startThread('mute', clock).catch((error: unknown) => error);
    await turnsTaken();
    clock.advance(VISION_START_MS_MAX);
    expect(await starting).toMatchObject({ code: 'model', found: `no answer within ${VISION_START_MS_MAX} ms` });
    expect(clock.waiting).toBe(0);
  });

  it('is ended in the middle of a model, and the process of the doors lives on', async () => {
    for (let round = 0; round < 3; round++) {
      const clock = new FakeClock();
      const engine = await startThread('computing', clock);
      expect(await engine.detect(frame())).toEqual([]);
      const late = engine.detect(frame()).catch((error: unknown) => error);
      await turnsTaken();
      clock.advance(VISION_CALL_MS_MAX);
      expect(await late).toMatchObject({ found: `no answer within ${VISION_CALL_MS_MAX} ms` });
      expect(await engine.closed).toMatchObject({ code: 'model' });
    }
  });

  it('is ended when it does not heed the close', async () => {
    const clock = new FakeClock();
    const engine = await startThread('silent', clock);
    const closing = engine.close();
    await turnsTaken();
    clock.advance(VISION_CLOSE_MS_MAX);
    await closing;
    expect(await engine.closed).toBeUndefined();
    expect(clock.waiting).toBe(0);
  });
});

describe('a vision thread that dies', () => {
  it('fails the call it died in and all that wait, and whoever watches is told why', async () => {
    const engine = await startThread('dying');
    expect(await engine.detect(frame())).toEqual([]);
    const calls = [engine.detect(frame()), engine.detect(frame())];
    const fault = { code: 'model', thing: 'vision thread', found: 'out of memory' };
    for (const call of calls) await expect(call).rejects.toMatchObject(fault);
    expect(await engine.closed).toMatchObject(fault);
    await engine.close();
  });

  it('is noticed when it leaves without a word', async () => {
    const engine = await startThread('leaving');
    await expect(engine.detect(frame())).rejects.toMatchObject({ code: 'model', found: 'ended by itself with 3' });
    expect(await engine.closed).toMatchObject({ code: 'model' });
  });

  it('stops the start where its program cannot run', async () => {
    await expect(startThread('absent')).rejects.toMatchObject({ code: 'model', thing: 'vision thread' });
  });
});

describe('the vision worker', () => {
  it('takes only so many calls at a time, because each holds a frame', async () => {
    const clock = new FakeClock();
    const engine = await startThread('silent', clock);
    const calls = Array.from({ length: CALLS_WAITING_MAX }, () => engine.detect(frame()).catch(() => undefined));
    await expect(engine.detect(frame())).rejects.toMatchObject({
      code: 'model',
      expected: `at most ${CALLS_WAITING_MAX}`,
    });
    const closing = engine.close();
    await turnsTaken();
    clock.advance(VISION_CALL_MS_MAX);
    await Promise.all([...calls, closing]);
  });

  it('refuses a frame that is not in shared memory: it would be copied', async () => {
    await using engine = closedAfter(await startThread('leaving'));
    const copied = { ...frame(), pixels: new Uint8Array(192) } as unknown as Frame;
    await expect(engine.worker.detect(copied)).rejects.toThrow('a frame lies in shared memory');
  });

  it('tells of a frame that does not fit its size, and goes on', async () => {
    const worker = await startVisionWorker({ folder: MODELS_FOLDER, models, scoreMin: 0.9, clock: new SystemClock() });
    await using _ = closedAfter(worker);
    const { woman } = await demonstrationFaces();
    const wrong = { ...woman, width: 641 };
    await expect(worker.detect(wrong)).rejects.toMatchObject({ name: 'Fault', code: 'picture', thing: 'frame' });
    expect(await worker.detect(woman)).toHaveLength(1);
  });

  it('leaves its thread by itself after close, with the memory it shared overwritten', async () => {
    const worker = await startVisionWorker({ folder: MODELS_FOLDER, models, scoreMin: 0.9, clock: new SystemClock() });
    expect(worker.freedMemory.overwritten).toBe(true);
    await worker.close();
    expect(await worker.closed).toBeUndefined();
  });
});

function closedAfter(worker: VisionWorker): AsyncDisposable & { readonly worker: VisionWorker } {
  return { worker, [Symbol.asyncDispose]: () => worker.close() };
}
