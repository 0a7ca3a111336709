import { monotonic } from '#core/kernel/units.ts';
import type { Frame } from '#core/ports/camera.ts';
import { withChoices } from '#vision/models/modelsFile.ts';
import { startVisionWorker, type VisionWorker } from '#vision/node/visionWorker.ts';
import type { Commissioning } from './commissioning.ts';

const WIDTH = 480;
const HEIGHT = 640;
const RUNS = 5;
const GREY = 128;

/** Hashes, shapes and one answer of every model, as the gate itself loads them. */
export async function showModels(parts: Commissioning): Promise<void> {
  const { models, modelsFolder, config, clock, findings, report } = parts;
  let vision: VisionWorker | undefined;
  await findings.show('models.load_s', async () => {
    const start = performance.now();
    const chosen = withChoices(models.models, config.biometrics.models);
    vision = await startVisionWorker({
      folder: modelsFolder,
      models: chosen,
      scoreMin: models.operating.detection.scoreMin,
      clock,
    });
    report({
      part: 'freed memory',
      level: vision.freedMemory.overwritten ? 'ok' : 'warning',
      says: vision.freedMemory.says,
    });
    const names = vision.models.map(({ task, file, sha256 }) => `${task}: ${file} ${sha256.slice(0, 8)}`).join(', ');
    return { value: Math.round(performance.now() - start) / 1_000, unit: 's', note: names };
  });
  const engine = vision;
  if (engine === undefined) return;
  await findings.show('models.inference_ms', async () => {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) times.push(await inferenceMs(engine));
    const median = times.toSorted((a, b) => a - b)[RUNS >> 1] ?? Number.NaN;
    return {
      value: Math.round(median * 10) / 10,
      unit: 'ms',
      note: `every model once on a plain picture, median of ${RUNS}; nobody is seen there`,
    };
  });
  await engine.close();
}

async function inferenceMs(engine: VisionWorker): Promise<number> {
  const pixels = new Uint8Array(new SharedArrayBuffer(WIDTH * HEIGHT * 3)).fill(GREY);
  const frame: Frame = {
    width: WIDTH,
    height: HEIGHT,
    pixels,
    sequence: 1,
    capturedAt: monotonic(0),
    [Symbol.dispose]: () => void pixels.fill(0),
  };
  const box = { x: WIDTH / 3, y: HEIGHT / 3, width: WIDTH / 3, height: HEIGHT / 3 };
  const start = performance.now();
  const faces = await engine.detect(frame);
  const measured = await engine.measure(frame, { box, score: 1 });
  const { live } = await engine.measurePad(frame, measured);
  using _probe = await engine.extract(frame, measured);
  const took = performance.now() - start;
  if (faces.length > 0) throw new Error(`${faces.length} faces seen in a plain picture`);
  const numbers = [live, measured.pose.yaw, measured.pose.pitch, measured.pose.roll, measured.sharpness];
  if (!numbers.every(Number.isFinite)) throw new Error(`an answer that is no number among ${numbers.join(', ')}`);
  return took;
}
