import { beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import type { LoadedSession, Session } from '#vision/models/model.ts';
import type { Task } from '#vision/models/modelsFile.ts';
import { loadSessions } from '#vision/node/loadSessions.ts';
import { readModelsFile } from '#vision/node/readModelsFile.ts';
import { Stages } from '#vision/stages/stages.ts';
import { Region, WorkingMemory } from '#vision/workingMemory.ts';
import { demonstrationFaces, MODELS_FOLDER, type TestFrame } from './pictures.ts';

const { models } = readModelsFile(`${MODELS_FOLDER}/models.json`);
let sessions: ReadonlyMap<Task, LoadedSession>;
let frame: TestFrame;

beforeAll(async () => {
  sessions = await loadSessions(MODELS_FOLDER, models);
  frame = (await demonstrationFaces()).woman;
});

/** A session that works, and calls `meanwhile` when its outputs are written. */
function watched({ session, tensor }: LoadedSession, meanwhile: () => void): LoadedSession {
  const run: Session['run'] = async (feeds, fetches) => {
    const results = await session.run(feeds, fetches);
    meanwhile();
    return results;
  };
  return { session: { ...session, run, release: async () => {} }, tensor };
}

/** Stages on the real models of which each calls `meanwhile` after it ran. */
function stagesWith(memory: WorkingMemory, meanwhile: (task: Task) => void): Stages {
  const watchedSessions = new Map(
    [...sessions].map(([task, loaded]) => [task, watched(loaded, () => meanwhile(task))] as const),
  );
  return new Stages({ models, sessions: watchedSessions, memory, scoreMin: 0.9 });
}

describe('working memory', () => {
  it('holds pixels and features while a model runs, and nothing when the call has settled', async () => {
    const memory = new WorkingMemory();
    const held: Task[] = [];
    const stages = stagesWith(memory, (task) => {
      expect(memory.region(task).isClean).toBe(false);
      held.push(task);
    });
    expect(memory.isClean).toBe(true);
    const [face] = await stages.detect(frame);
    expect(memory.isClean).toBe(true);
    const measured = await stages.measure(frame, face!);
    expect(memory.isClean).toBe(true);
    await stages.measurePad(frame, face!);
    expect(memory.isClean).toBe(true);
    await stages.extract(frame, measured, new Float32Array(FEATURE_LENGTH));
    expect(memory.isClean).toBe(true);
    expect(held).toEqual(['detect', 'landmark', 'pose', 'liveness', 'feature']);
  });

  it('is overwritten when a model fails in the middle', async () => {
    const memory = new WorkingMemory();
    let failing: Task | undefined;
    const stages = stagesWith(memory, (task) => {
      expect(memory.region(task).isClean).toBe(false);
      if (task === failing) throw new Error('the runtime gave up');
    });
    const [face] = await stages.detect(frame);
    const measured = await stages.measure(frame, face!);
    const calls: Record<Task, () => Promise<unknown>> = {
      detect: () => stages.detect(frame),
      landmark: () => stages.measure(frame, face!),
      pose: () => stages.measure(frame, face!),
      liveness: () => stages.measurePad(frame, face!),
      feature: () => stages.extract(frame, measured, new Float32Array(FEATURE_LENGTH)),
    };
    for (const task of ['detect', 'landmark', 'pose', 'liveness', 'feature'] as const) {
      failing = task;
      await expect(calls[task]()).rejects.toMatchObject({
        name: 'Fault',
        code: 'model',
        found: 'a failure of the runtime',
      });
      expect(memory.isClean).toBe(true);
    }
    failing = undefined;
    expect(await stages.detect(frame)).toHaveLength(1);
  });

  it('is overwritten when the points of a face make no sense, and no features come out', async () => {
    const memory = new WorkingMemory();
    const stages = stagesWith(memory, () => {});
    const one = { x: 100, y: 100 };
    const into = new Float32Array(FEATURE_LENGTH);
    await expect(stages.extract(frame, { points: [one, one, one, one, one] }, into)).rejects.toBeInstanceOf(Fault);
    expect(memory.isClean).toBe(true);
    expect(into.every((value) => value === 0)).toBe(true);
  });

  it('leaves no copy of an output with the runtime', async () => {
    const results: Float32Array[] = [];
    const loaded = sessions.get('feature')!;
    const keeping = watched(loaded, () => {});
    const run: Session['run'] = async (feeds, fetches) => {
      const made = await loaded.session.run(feeds, fetches);
      for (const { data } of Object.values(made)) if (data instanceof Float32Array) results.push(data);
      expect(results.some((values) => values.some((value) => value !== 0))).toBe(true);
      return made;
    };
    const memory = new WorkingMemory();
    const changed = new Map(sessions).set('feature', { ...keeping, session: { ...keeping.session, run } });
    const stages = new Stages({ models, sessions: changed, memory, scoreMin: 0.9 });
    const [face] = await stages.detect(frame);
    await stages.extract(frame, await stages.measure(frame, face!), new Float32Array(FEATURE_LENGTH));
    expect(results.length).toBeGreaterThan(0);
    for (const values of results) expect(values.every((value) => value === 0)).toBe(true);
  });

  it('refuses a runtime that writes somewhere else', async () => {
    const loaded = sessions.get('detect')!;
    const elsewhere = watched(loaded, () => {});
    const run: Session['run'] = (feeds, fetches) => {
      const other = Object.entries(fetches).map(([name, { dims, size }]) => [
        name,
        loaded.tensor(new Float32Array(size), dims),
      ]);
      return loaded.session.run(feeds, Object.fromEntries(other));
    };
    const changed = new Map(sessions).set('detect', { ...elsewhere, session: { ...elsewhere.session, run } });
    const stages = new Stages({ models, sessions: changed, memory: new WorkingMemory(), scoreMin: 0.9 });
    await expect(stages.detect(frame)).rejects.toMatchObject({
      code: 'model',
      thing: 'fr_detect.onnx',
      expected: 'numbers',
    });
  });

  it('refuses a frame whose bytes do not fit its size, unread', async () => {
    const stages = stagesWith(new WorkingMemory(), () => {});
    for (const size of [
      { width: 641, height: 480 },
      { width: 0, height: 480 },
      { width: 640, height: -480 },
    ]) {
      await expect(stages.detect({ ...frame, ...size })).rejects.toMatchObject({ code: 'picture', thing: 'frame' });
    }
  });

  it('grows for a larger frame, and the memory that was too small is left overwritten', () => {
    const region = new Region();
    const small = region.sums(8).fill(7);
    const larger = region.sumsAtLeast(small, 20);
    expect(larger).toHaveLength(20);
    expect(small.every((value) => value === 0)).toBe(true);
    expect(region.sumsAtLeast(larger, 10)).toBe(larger);
    expect(region.bytes).toBe(40);
  });
});
