import { Worker } from 'node:worker_threads';
import type { Face, MeasuredFace } from '#core/biometrics/face.ts';
import type { PadScore } from '#core/biometrics/pad.ts';
import { FEATURE_LENGTH, Probe } from '#core/biometrics/probe.ts';
import { assert } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { after, millis, type Millis } from '#core/kernel/units.ts';
import type { Frame } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CodeReader, SeenCode } from '#core/ports/codeReader.ts';
import type { FaceEngine, ModelIdentity } from '#core/ports/engine.ts';
import { overwriteFreedMemory, type FreedMemory } from '#platform/freedMemory.ts';
import { closedFault, identitiesOf, templateFormatOf } from '../engine.ts';
import type { ModelSpec } from '../models/modelsFile.ts';
import { Turns } from '../turns.ts';
import {
  EXCHANGE_BYTES,
  readCode,
  readFaces,
  readMeasured,
  writeFace,
  writePoints,
  type Call,
  type ThreadAnswer,
  type ThreadMessage,
  type ThreadStart,
} from './exchange.ts';
import { LATCH_BYTES, NativeLatch } from './nativeLatch.ts';
import { silenceRuntime } from './silentRuntime.ts';

/** Loading and hashing the models, and the first run of each. */
export const VISION_START_MS_MAX = millis(30_000);
/** One call, some ten milliseconds on an idle machine; counted from its turn. */
export const VISION_CALL_MS_MAX = millis(2_000);
export const VISION_CLOSE_MS_MAX = millis(5_000);
/** The thread's memory for new objects, of which a frame makes few: the runtime's default keeps 10 MB for them. */
const YOUNG_MB_MAX = 3;

export interface VisionWorkerOptions {
  /** Folder of the model files. */
  readonly folder: string;
  readonly models: readonly ModelSpec[];
  /** Least detector score of a face, 0..1. */
  readonly scoreMin: number;
  readonly clock: Clock;
  /** Another program for the thread that speaks as exchange.ts says. */
  readonly program?: URL;
}

export interface VisionWorker extends FaceEngine, CodeReader {
  /** Settles once the thread is gone: with nothing after `close`, with the fault where it died. It does not come back. */
  readonly closed: Promise<Fault | undefined>;
  /** Whether what the runtime frees is overwritten: otherwise features of faces stay in this process for a while. */
  readonly freedMemory: FreedMemory;
}

/**
 * The engine in a thread of its own. Frames are read where they lie; answers come back through shared memory that is
 * overwritten. A thread that does not answer in time is ended: at once, or as soon as a model that it runs has come to its
 * end; frames it reads no more from then on.
 * @throws Fault `model` where a model is missing, wrong or of another shape
 */
export async function startVisionWorker(options: VisionWorkerOptions): Promise<VisionWorker> {
  const engine = new WorkerEngine(options);
  await engine.ready();
  return engine;
}

interface Pending {
  readonly answered: (answer: ThreadAnswer) => void;
  readonly failed: (fault: Fault) => void;
}

class WorkerEngine implements VisionWorker {
  readonly models: readonly ModelIdentity[];
  readonly templateFormat: string;
  readonly closed: Promise<Fault | undefined>;
  readonly freedMemory = overwriteFreedMemory();
  readonly #clock: Clock;
  readonly #worker: Worker;
  readonly #turns = new Turns();
  readonly #latch: NativeLatch;
  readonly #numbers = new Float64Array(new SharedArrayBuffer(EXCHANGE_BYTES));
  #pending: Pending | undefined;
  #isOpen = true;
  #death: Fault | undefined;

  constructor({ folder, models, scoreMin, clock, program }: VisionWorkerOptions) {
    this.models = identitiesOf(models);
    this.templateFormat = templateFormatOf(models);
    this.#clock = clock;
    const latch = new SharedArrayBuffer(LATCH_BYTES);
    this.#latch = new NativeLatch(latch);
    const workerData: ThreadStart = { folder, models, scoreMin, exchange: this.#numbers.buffer, latch };
    silenceRuntime();
    this.#worker = new Worker(program ?? new URL('./visionThread.ts', import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB_MAX },
    });
    this.#worker.on('message', (answer: ThreadAnswer) => this.#pending?.answered(answer));
    this.#worker.on('error', (error) => this.#die(messageOf(error), error));
    this.closed = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        if (this.#isOpen) this.#die(`ended by itself with ${code}`);
        this.#numbers.fill(0);
        resolve(this.#death);
      });
    });
  }

  async ready(): Promise<void> {
    try {
      await this.#turns.take(() => this.#answer(VISION_START_MS_MAX));
    } catch (thrown) {
      this.#isOpen = false;
      this.#endThread();
      await this.closed;
      throw thrown;
    }
  }

  async detect(frame: Frame): Promise<readonly Face[]> {
    return this.#call('detect', frame, {
      ask: () => {},
      read: (numbers, count) => readFaces(numbers, count),
    });
  }

  async measure(frame: Frame, face: Face): Promise<MeasuredFace> {
    return this.#call('measure', frame, {
      ask: (numbers) => writeFace(numbers, face),
      read: (numbers) => readMeasured(numbers),
    });
  }

  async measurePad(frame: Frame, face: Face): Promise<PadScore> {
    return this.#call('measure-pad', frame, {
      ask: (numbers) => writeFace(numbers, face),
      read: (numbers) => ({ live: numbers[0]! }),
    });
  }

  async extract(frame: Frame, face: MeasuredFace): Promise<Probe> {
    return this.#call('extract', frame, {
      ask: (numbers) => writePoints(numbers, face.points),
      // The probe's own memory; the typed-array constructor copies out of the shared one.
      read: (numbers) => new Probe(new Float32Array(numbers.subarray(0, FEATURE_LENGTH))),
    });
  }

  async readCode(frame: Frame): Promise<SeenCode | undefined> {
    return this.#call('read-code', frame, {
      ask: () => {},
      read: (numbers, count) => readCode(numbers, count),
    });
  }

  async close(): Promise<void> {
    if (this.#isOpen) {
      this.#isOpen = false;
      await this.#turns.last(() => this.#end());
    }
    await this.closed;
  }

  async #end(): Promise<void> {
    if (this.#death !== undefined) return;
    this.#post({ call: 'close' });
    using _limit = this.#clock.at(after(this.#clock.monotonic(), VISION_CLOSE_MS_MAX), () => this.#endThread());
    await this.closed;
  }

  async #call<Answer>(
    call: Call,
    frame: Frame,
    numbers: { ask: (numbers: Numbers) => void; read: (numbers: Numbers, count: number) => Answer },
  ): Promise<Answer> {
    if (!this.#isOpen) throw this.#death ?? closedFault();
    assert(
      frame.pixels.buffer instanceof SharedArrayBuffer,
      'a frame lies in shared memory: other memory would be copied',
    );
    return this.#turns.take(async () => {
      if (this.#death !== undefined) throw this.#death;
      try {
        numbers.ask(this.#numbers);
        const answer = this.#answer(VISION_CALL_MS_MAX);
        this.#post({ call, width: frame.width, height: frame.height, pixels: frame.pixels });
        return numbers.read(this.#numbers, await answer);
      } finally {
        this.#numbers.fill(0);
      }
    });
  }

  #post(message: ThreadMessage): void {
    this.#worker.postMessage(message);
  }

  /** The count in the next answer. */
  async #answer(limitMs: Millis): Promise<number> {
    const deadline = after(this.#clock.monotonic(), limitMs);
    using _limit = this.#clock.at(deadline, () => this.#die(`no answer within ${limitMs} ms`));
    try {
      const answer = await new Promise<ThreadAnswer>((answered, failed) => {
        this.#pending = { answered, failed };
        if (this.#death !== undefined) failed(this.#death);
      });
      return countIn(answer);
    } finally {
      this.#pending = undefined;
    }
  }

  #die(found: string, cause?: unknown): void {
    if (this.#death !== undefined) return;
    this.#death = new Fault('model', { thing: 'vision thread', found, expected: 'an answer' }, cause);
    this.#isOpen = false;
    this.#endThread();
    this.#pending?.failed(this.#death);
  }

  /** At once, or as soon as it has come out of the model runtime. */
  #endThread(): void {
    if (this.#latch.shut()) void this.#worker.terminate();
  }
}

type Numbers = Float64Array<SharedArrayBuffer>;

function countIn(answer: ThreadAnswer): number {
  switch (answer.kind) {
    case 'ready':
      return 0;
    case 'done':
      return answer.count;
    case 'fault':
      throw new Fault(answer.code, answer);
    case 'broken':
      throw new Fault('model', { thing: 'vision thread', found: answer.message, expected: 'an answer' });
  }
}
