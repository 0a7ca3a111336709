import { afterAll, beforeAll, expect, it } from 'vitest';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { QrDrawer } from '#service/qrDrawer.ts';
import { readModelsFile } from '#vision/node/readModelsFile.ts';
import { startVisionWorker, type VisionWorker } from '#vision/node/visionWorker.ts';
import { textOf } from '../../core/access/passes.ts';
import { frameOf, MODELS_FOLDER } from '../pictures.ts';
import { showing } from './pictures.ts';

let engine: VisionWorker;
let drawer: QrDrawer;
beforeAll(async () => {
  const { models } = readModelsFile(`${MODELS_FOLDER}/models.json`);
  engine = await startVisionWorker({ folder: MODELS_FOLDER, models, scoreMin: 0.9, clock: new SystemClock() });
  drawer = await QrDrawer.create();
}, 60_000);
afterAll(() => engine.close());

it('the vision thread reads a pass where it lies, and looks for faces as before', async () => {
  const text = textOf();
  using frame = showing(await drawer.draw(text), { side: 200 });
  // The decoder is opened by the first look, which does not wait for it.
  let code = await engine.readCode(frame);
  while (code === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    code = await engine.readCode(frame);
  }
  expect(code?.kind === 'text' ? Buffer.from(code.bytes).toString('latin1') : code).toBe(text);
  expect(await engine.readCode(frameOf(640, 480, 118))).toBeUndefined();
  expect(await engine.detect(frame)).toEqual([]);
}, 30_000);

it('a code that is too long for a pass does not leave the thread', async () => {
  using frame = showing(await drawer.draw('x'.repeat(1_500)), { side: 470 });
  expect(await engine.readCode(frame)).toEqual({ kind: 'unusable' });
}, 30_000);
