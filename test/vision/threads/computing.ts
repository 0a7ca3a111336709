import { parentPort, workerData } from 'node:worker_threads';
import { isThreadStart } from '#vision/node/exchange.ts';
import { loadSessions } from '#vision/node/loadSessions.ts';
import { NativeLatch } from '#vision/node/nativeLatch.ts';

/** A thread that answers its first call and is in a model from then on. */
const start: unknown = workerData;
if (!isThreadStart(start)) throw new TypeError('not started as a vision thread');
const feature = start.models.filter(({ task }) => task === 'feature');
const inRuntime = new NativeLatch(start.latch).within(() => process.exit());
const loaded = (await loadSessions(start.folder, feature, inRuntime)).get('feature')!;
const { input, outputs } = feature[0]!;
const empty = (shape: readonly number[]) =>
  loaded.tensor(new Float32Array(shape.reduce((product, length) => product * length, 1)), shape);
const fetches = Object.fromEntries(Object.values(outputs).map(({ name, shape }) => [name, empty(shape)]));
async function compute(): Promise<never> {
  for (;;) await loaded.session.run({ [input.name]: empty(input.shape) }, fetches);
}
parentPort?.once('message', () => {
  parentPort?.postMessage({ kind: 'done', count: 0 });
  void compute();
});
parentPort?.postMessage({ kind: 'ready' });
