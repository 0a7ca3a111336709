import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { Fault } from '#core/kernel/fault.ts';
import type { Encoding } from '../images/picture.ts';
import type { Planes } from '../images/resample.ts';
import type { Region } from '../workingMemory.ts';
import type { ModelSpec } from './modelsFile.ts';

/**
 * How sessions must be made. With the runtime's defaults copies of a face's features stay in its own memory after every
 * buffer of ours is overwritten; with these it frees what it worked in, and `overwriteFreedMemory` does the rest. More
 * threads make the whole slower.
 */
export const SESSION_OPTIONS = {
  enableCpuMemArena: false,
  enableMemPattern: false,
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
} as const satisfies InferenceSession.SessionOptions;

/** What a model needs of a session of the runtime. */
export interface Session extends Pick<InferenceSession, 'inputMetadata' | 'outputMetadata' | 'release'> {
  run(feeds: Values, fetches: Values): Promise<InferenceSession.OnnxValueMapType>;
}
type Values = Readonly<Record<string, Tensor>>;

/**
 * A session and the maker of its runtime's tensors. A tensor of another copy of the library is not recognised as an
 * output to write to, and the runtime then silently makes its own.
 */
export interface LoadedSession {
  readonly session: Session;
  readonly tensor: (values: Float32Array, shape: readonly number[]) => Tensor;
}

/** One model with the memory of its input and outputs, which it keeps between runs. */
export class Model {
  readonly spec: ModelSpec;
  /** Its input as planes to draw on. */
  readonly planes: Planes;
  readonly encoding: Encoding;
  readonly #session: Session;
  readonly #feeds: Record<string, Tensor>;
  readonly #fetches: Record<string, Tensor> = {};
  readonly #outputs = new Map<string, Float32Array>();

  /** @throws Fault `model` where the session's inputs or outputs are not those of `spec` */
  constructor(spec: ModelSpec, { session, tensor }: LoadedSession, region: Region) {
    checkSignature(spec, session);
    const [, channels, height, width] = spec.input.shape;
    const values = region.floats(channels * height * width);
    this.spec = spec;
    this.planes = { width, height, values };
    this.encoding = spec.input;
    this.#session = session;
    this.#feeds = { [spec.input.name]: tensor(values, spec.input.shape) };
    for (const [name, output] of Object.entries(spec.outputs)) {
      const memory = region.floats(output.shape.reduce((product, length) => product * length, 1));
      this.#outputs.set(name, memory);
      this.#fetches[output.name] = tensor(memory, output.shape);
    }
  }

  /** The memory of an output, by our name of it; filled by `run`. */
  output(name: string): Float32Array {
    const memory = this.#outputs.get(name);
    if (memory === undefined) throw this.#fault(`no output ${name}`, Object.keys(this.spec.outputs).join(', '));
    return memory;
  }

  /** @throws Fault `model` where the runtime fails, or leaves an output unwritten or not a number */
  async run(): Promise<void> {
    for (const memory of this.#outputs.values()) memory[0] = Number.NaN;
    const results = await this.#infer();
    // The runtime writes to the memory it was given, and hands a copy of that to JavaScript.
    for (const result of Object.values(results)) {
      if (result.data instanceof Float32Array && !this.#owns(result.data)) result.data.fill(0);
    }
    for (const [name, memory] of this.#outputs) {
      if (Number.isNaN(memory[0])) throw this.#fault(`nothing, or not a number, in ${name}`, 'numbers');
    }
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  async #infer(): Promise<InferenceSession.OnnxValueMapType> {
    try {
      return await this.#session.run(this.#feeds, this.#fetches);
    } catch (cause) {
      throw this.#fault('a failure of the runtime', 'an answer', cause);
    }
  }

  #owns(values: Float32Array): boolean {
    for (const memory of this.#outputs.values()) if (memory.buffer === values.buffer) return true;
    return false;
  }

  #fault(found: string, expected: string, cause?: unknown): Fault {
    return new Fault('model', { thing: this.spec.file, found, expected }, cause);
  }
}

function checkSignature(spec: ModelSpec, session: Session): void {
  checkValues(`${spec.file}: input`, [spec.input], session.inputMetadata);
  checkValues(`${spec.file}: outputs`, Object.values(spec.outputs), session.outputMetadata);
}

/** Every value of the specification must be there with its shape; an input too many could not be fed. */
function checkValues(
  thing: string,
  expected: readonly { readonly name: string; readonly shape: readonly number[] }[],
  found: readonly InferenceSession.ValueMetadata[],
): void {
  const wanted = expected.map(({ name, shape }) => `${name} float32 ${shape.join('x')}`).toSorted();
  const there = found
    .map((value) =>
      value.isTensor ? `${value.name} ${value.type} ${value.shape.join('x')}` : `${value.name} no tensor`,
    )
    .toSorted();
  if (wanted.join() === there.join()) return;
  throw new Fault('model', { thing, found: there.join(', '), expected: wanted.join(', ') });
}
