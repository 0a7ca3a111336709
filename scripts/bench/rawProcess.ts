import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { SESSION_OPTIONS } from '#vision/models/model.ts';
import { readModelsFile } from '#vision/node/readModelsFile.ts';
import { silenceRuntime } from '#vision/node/silentRuntime.ts';

/**
 * The models of the gate with the gate's session settings and nothing around them, in a process of their own: what no gate
 * can be quicker than. Every message asks for one run of each; the answer is the milliseconds of each.
 */
interface RawModel {
  readonly session: InferenceSession;
  readonly feeds: Record<string, Tensor>;
  readonly fetches: Record<string, Tensor>;
}

const WARM_UP_RUNS = 5;

async function load(folder: string): Promise<RawModel[]> {
  const loaded: RawModel[] = [];
  for (const { file, input, outputs, graphOptimization } of readModelsFile(join(folder, 'models.json')).models) {
    const options = { ...SESSION_OPTIONS, graphOptimizationLevel: graphOptimization };
    const session = await InferenceSession.create(readFileSync(join(folder, file)), options);
    const fetches = Object.values(outputs).map(({ name, shape }) => [name, tensorOf(shape)] as const);
    loaded.push({ session, feeds: { [input.name]: tensorOf(input.shape) }, fetches: Object.fromEntries(fetches) });
  }
  return loaded;
}

/** Numbers as of a picture: what is fed zeros alone may be quicker. */
function tensorOf(shape: readonly number[]): Tensor {
  const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
  for (let i = 0; i < values.length; i++) values[i] = Math.random();
  return new Tensor('float32', values, shape);
}

async function runEach(models: readonly RawModel[]): Promise<number[]> {
  const took: number[] = [];
  for (const { session, feeds, fetches } of models) {
    const start = performance.now();
    await session.run(feeds, fetches);
    took.push(performance.now() - start);
  }
  return took;
}

silenceRuntime();
const models = await load(process.argv[2] ?? '');
for (let run = 0; run < WARM_UP_RUNS; run++) await runEach(models);
process.on('message', () => void runEach(models).then((took) => process.send?.(took)));
process.once('disconnect', () => process.exit());
process.send?.([]);
