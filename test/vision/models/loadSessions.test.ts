import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { withChoices, type ModelSpec } from '#vision/models/modelsFile.ts';
import { loadSessions } from '#vision/node/loadSessions.ts';
import { readModelsFile } from '#vision/node/readModelsFile.ts';
import { startVisionWorker } from '#vision/node/visionWorker.ts';
import { Stages } from '#vision/stages/stages.ts';
import { WorkingMemory } from '#vision/workingMemory.ts';
import { MODELS_FOLDER } from '../pictures.ts';

const { models } = readModelsFile(join(MODELS_FOLDER, 'models.json'));
const landmark = models.find(({ task }) => task === 'landmark')!;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-models-'));
  for (const { file } of models) copyFileSync(join(MODELS_FOLDER, file), join(folder, file));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(chosen: readonly ModelSpec[]): Promise<Stages> {
  const sessions = await loadSessions(folder, chosen);
  return new Stages({ models: chosen, sessions, memory: new WorkingMemory(), scoreMin: 0.9 });
}

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** How a wrong model can be told of: by the engine's own parts, and by its worker. */
const ways = [
  ['the engine', start],
  [
    'its worker',
    (chosen: readonly ModelSpec[]) =>
      startVisionWorker({ folder, models: chosen, scoreMin: 0.9, clock: new SystemClock() }),
  ],
] as const;

describe.each(ways)('a wrong model stops the start of %s', (_, startWith) => {
  it('where the file is missing', async () => {
    const chosen = withChoices(models, [{ ...landmark, file: 'absent.onnx' }]);
    const path = join(folder, 'absent.onnx');
    await expect(startWith(chosen)).rejects.toMatchObject({
      code: 'model',
      message: `${path}: found no file, expected a readable file`,
    });
  });

  it('where the file is not the one that was measured', async () => {
    const path = join(folder, 'changed.onnx');
    writeFileSync(path, Buffer.concat([readFileSync(join(folder, landmark.file)), Buffer.of(0)]));
    const chosen = withChoices(models, [{ ...landmark, file: 'changed.onnx' }]);
    await expect(startWith(chosen)).rejects.toMatchObject({
      code: 'model',
      thing: path,
      found: `sha256 ${sha256(path)}`,
      expected: `sha256 ${landmark.sha256}`,
    });
  });

  it('where the file is another kind of model', async () => {
    const pose = models.find(({ task }) => task === 'pose')!;
    const chosen = withChoices(models, [{ task: 'landmark', file: pose.file, sha256: pose.sha256 }]);
    await expect(startWith(chosen)).rejects.toMatchObject({
      code: 'model',
      thing: `${pose.file}: input`,
      found: 'input float32 1x3x224x224',
      expected: 'input float32 1x1x64x64',
    });
  });

  it('where its input fits and its output does not', async () => {
    const other = models.map((model) => {
      if (model.task !== 'landmark') return model;
      return { ...model, outputs: { landmarks: { name: 'landmarks', shape: [1, 136] } } };
    });
    await expect(startWith(other)).rejects.toMatchObject({
      thing: `${landmark.file}: outputs`,
      found: 'output float32 1x136',
      expected: 'landmarks float32 1x136',
    });
  });

  it('where the file is no model at all', async () => {
    const path = join(folder, 'text.onnx');
    writeFileSync(path, 'not a model');
    const chosen = withChoices(models, [{ task: 'landmark', file: path, sha256: sha256(path) }]);
    await expect(startWith(chosen)).rejects.toMatchObject({ code: 'model', thing: path, expected: 'an ONNX model' });
  });
});

describe('a model chosen by file and hash', () => {
  it('is loaded from where it lies', async () => {
    const elsewhere = join(folder, 'elsewhere.onnx');
    copyFileSync(join(folder, landmark.file), elsewhere);
    const stages = await start(withChoices(models, [{ ...landmark, file: elsewhere }]));
    await stages.release();
  });
});
