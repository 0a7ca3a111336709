import { afterAll, beforeAll, describe } from 'vitest';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { createFaceEngine } from '#vision/engine.ts';
import { loadSessions } from '#vision/node/loadSessions.ts';
import { readModelsFile } from '#vision/node/readModelsFile.ts';
import { startVisionWorker } from '#vision/node/visionWorker.ts';
import { WorkingMemory } from '#vision/workingMemory.ts';
import { FakeEngine, fakeFace } from '../fakes/fakeEngine.ts';
import { describeEngine } from './engineContract.ts';
import { demonstrationFaces, frameOf, MODELS_FOLDER } from './pictures.ts';

const { models, operating } = readModelsFile(`${MODELS_FOLDER}/models.json`);
const { scoreMin } = operating.detection;
let faces: Awaited<ReturnType<typeof demonstrationFaces>>;

beforeAll(async () => {
  faces = await demonstrationFaces();
});
afterAll(() => {
  for (const frame of Object.values(faces)) frame[Symbol.dispose]();
});

describe('the engine in its own thread of calls', () => {
  describeEngine(async () => {
    const sessions = await loadSessions(MODELS_FOLDER, models);
    const engine = createFaceEngine({ models, sessions, memory: new WorkingMemory(), scoreMin });
    return { engine, ...faces, empty: frameOf(322, 201, 90), [Symbol.asyncDispose]: () => engine.close() };
  });
});

describe('the engine in a worker thread', () => {
  describeEngine(async () => {
    const engine = await startVisionWorker({ folder: MODELS_FOLDER, models, scoreMin, clock: new SystemClock() });
    return { engine, ...faces, empty: frameOf(322, 201, 90), [Symbol.asyncDispose]: () => engine.close() };
  });
});

describe('the engine of the tests', () => {
  describeEngine(async () => {
    const engine = new FakeEngine();
    engine.show(1, [fakeFace({ person: 1 })]);
    engine.show(2, [fakeFace({ person: 2 })]);
    const [woman, womanAgain, another] = [frameOf(640, 480, 1), frameOf(320, 240, 1), frameOf(640, 480, 2)];
    const empty = frameOf(320, 200, 0);
    return { engine, woman, womanAgain, another, empty, [Symbol.asyncDispose]: () => engine.close() };
  });
});
