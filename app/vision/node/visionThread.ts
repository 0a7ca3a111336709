import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { toFaultMessage } from '#core/kernel/faultMessage.ts';
import type { SeenCode } from '#core/ports/codeReader.ts';
import { checkPicture, Stages } from '../stages/stages.ts';
import { WorkingMemory } from '../workingMemory.ts';
import {
  isThreadStart,
  readFace,
  readPoints,
  writeCode,
  writeFaces,
  writeMeasured,
  type ThreadAnswer,
  type ThreadMessage,
} from './exchange.ts';
import { loadSessions } from './loadSessions.ts';
import { NativeLatch } from './nativeLatch.ts';
import { openCodeFinder } from './openCodeFinder.ts';
import type { CodeFinder } from '../codes/codeFinder.ts';

/** The thread that the models run in: one call at a time, as `visionWorker.ts` asks. */
const start: unknown = workerData;
assert(isThreadStart(start), 'the thread is told where its models are');
const { folder, models, scoreMin, latch } = start;
const numbers = new Float64Array(start.exchange);
const memory = new WorkingMemory();
const port = parentPort;
assert(port !== null, 'this program runs as a worker thread');

/** Whoever asked has given this thread up: what it worked on goes with it. */
const leave = (): never => {
  memory.overwrite();
  process.exit();
};

const answer = (says: ThreadAnswer): void => port.postMessage(says);

async function perform(stages: Stages, message: ThreadMessage): Promise<void> {
  if (message.call === 'close') {
    await stages.release();
    memory.overwrite();
    port?.close();
    return;
  }
  try {
    answer({ kind: 'done', count: await compute(stages, message) });
  } catch (thrown) {
    answer(toFaultMessage(thrown));
  }
}

type PictureMessage = Exclude<ThreadMessage, { call: 'close' }>;

/** Leaves the answer's numbers in the exchange and returns how many faces they are. */
async function compute(stages: Stages, message: PictureMessage): Promise<number> {
  switch (message.call) {
    case 'detect': {
      const faces = await stages.detect(message);
      writeFaces(numbers, faces);
      return faces.length;
    }
    case 'measure':
      writeMeasured(numbers, await stages.measure(message, readFace(numbers)));
      return 1;
    case 'measure-pad':
      numbers[0] = (await stages.measurePad(message, readFace(numbers))).live;
      return 1;
    case 'extract':
      await stages.extract(message, { points: readPoints(numbers) }, numbers);
      return 1;
    case 'read-code':
      return writeCode(numbers, codeIn(message));
  }
}

/** From the first look on. Until it is there no frame shows a code: on a busy machine it takes longer than a call may. */
let finder: CodeFinder | undefined;
let opening: Promise<void> | undefined;
let failure: unknown;

function codeIn(message: PictureMessage): SeenCode | undefined {
  checkPicture(message);
  if (failure !== undefined) {
    const found = messageOf(failure);
    [failure, opening] = [undefined, undefined];
    throw new Fault('model', { thing: 'decoder of codes', found, expected: 'zxing-wasm as it was installed' });
  }
  opening ??= openCodeFinder().then(
    (opened) => void (finder = opened),
    (error: unknown) => void (failure = error),
  );
  try {
    return finder?.find(message);
  } catch {
    // A picture that breaks the decoder shows no pass; the next ones get another decoder, and faces notice nothing.
    [finder, opening] = [undefined, undefined];
    return { kind: 'unusable' };
  }
}

/** Side of the blank picture that everything runs on once, so that the first person does not wait for first times. */
const WARM_UP_SIDE = 240;

async function warmUp(stages: Stages): Promise<void> {
  const blank = { width: WARM_UP_SIDE, height: WARM_UP_SIDE, pixels: new Uint8Array(WARM_UP_SIDE * WARM_UP_SIDE * 3) };
  const box = { x: WARM_UP_SIDE / 4, y: WARM_UP_SIDE / 4, width: WARM_UP_SIDE / 2, height: WARM_UP_SIDE / 2 };
  const face = { box, score: 1 };
  await stages.detect(blank);
  const measured = await stages.measure(blank, face);
  await stages.measurePad(blank, face);
  await stages.extract(blank, measured, new Float32Array(numbers.length));
}

async function serve(): Promise<void> {
  try {
    const sessions = await loadSessions(folder, models, new NativeLatch(latch).within(leave));
    const stages = new Stages({ models, sessions, memory, scoreMin });
    await warmUp(stages);
    port?.on('message', (message: ThreadMessage) => void perform(stages, message));
    answer({ kind: 'ready' });
  } catch (thrown) {
    answer(toFaultMessage(thrown));
  }
}

await serve();
