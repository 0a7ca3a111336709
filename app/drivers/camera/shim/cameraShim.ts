import { assert } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { NativeLibrary, type NativeCode, type NativeCodeLater } from '#platform/nativeLibrary.ts';
import {
  blankFrame,
  blankShape,
  controlsBytes,
  readFrame,
  readShape,
  shapeBytes,
  type GivenShape,
  type Shape,
  type ShimControls,
  type ShimFrame,
} from './structs.ts';

/** Of the header that this was written against. */
const ABI = 1;
const TEXT_BYTES = 1_024;
const LIST_BYTES = 65_536;
/** A thread of the pool is never held longer: a frame of a slow camera. */
export const WAIT_MS_MAX = 100;
const SETTLE_WAIT_MS = 30;
/** How long a device may take to open, to start or to close before it is given up. */
const SETTLE_MS_MAX = 10_000;

const OK = 0;
const PENDING = -1;
const NO_FRAME = -2;
const DAMAGED = -7;
const MISUSED = -9;

/** A camera that the shim found. */
export interface FoundCamera {
  readonly id: string;
  readonly model: string;
  readonly modes: readonly { readonly format: string; readonly width: number; readonly height: number }[];
}

/** Where the shim comes from, for whoever reads that it is missing. */
const EXPECTED =
  'the camera shim, which npm start builds where make, g++, libcamera-dev, libyuv-dev and libjpeg62-turbo-dev are there';

/** The shim of native/camera. What it promises is said in its header. */
export class CameraShim {
  readonly #path: string;
  readonly #text: NativeCode;
  readonly #library: NativeCode;
  readonly #list: NativeCode;
  readonly #listed: NativeCode;
  readonly #open: NativeCode;
  readonly #configure: NativeCode;
  readonly #given: NativeCode;
  readonly #control: NativeCodeLater;
  readonly #start: NativeCode;
  readonly #settle: NativeCodeLater;
  readonly #take: NativeCodeLater;
  readonly #giveBack: NativeCodeLater;
  readonly #close: NativeCode;

  private constructor(path: string, native: NativeLibrary) {
    const abi = native.code('int lintel_camera_abi(void)')();
    if (abi !== ABI) {
      throw new Fault('camera', {
        thing: path,
        found: `interface ${abi}`,
        expected: `interface ${ABI}: build it anew`,
      });
    }
    this.#path = path;
    this.#text = native.code('int lintel_camera_text(int camera, int code, _Out_ uint8_t *text, int bytes)');
    this.#library = native.code('int lintel_camera_library(_Out_ uint8_t *text, int bytes)');
    this.#list = native.code('int lintel_camera_list(void)');
    this.#listed = native.code('int lintel_camera_listed(int list, _Out_ uint8_t *text, int bytes)');
    this.#open = native.code('int lintel_camera_open(const uint8_t *id)');
    this.#configure = native.code('int lintel_camera_configure(int camera, const uint8_t *asked)');
    this.#given = native.code('int lintel_camera_given(int camera, _Out_ uint8_t *given)');
    this.#control = native.codeLater('int lintel_camera_control(int camera, const uint8_t *controls)');
    this.#start = native.code('int lintel_camera_start(int camera)');
    this.#settle = native.codeLater('int lintel_camera_settle(int camera, int wait_ms)');
    this.#take = native.codeLater(
      'int lintel_camera_take(int camera, int wait_ms, void *rgb, int64_t bytes, void *frame)',
    );
    this.#giveBack = native.codeLater('int lintel_camera_give_back(int camera, int lease)');
    this.#close = native.code('int lintel_camera_close(int camera)');
  }

  /** @throws Fault `camera` where there is no such library, or it is of another time. */
  static load(path: string): CameraShim {
    try {
      return new CameraShim(path, new NativeLibrary(path));
    } catch (thrown) {
      if (thrown instanceof Fault) throw thrown;
      throw new Fault('camera', { thing: path, found: messageOf(thrown), expected: EXPECTED }, thrown);
    }
  }

  /** What it stands on: `libcamera 0.0.3`, `files`. */
  get library(): string {
    return textOf(TEXT_BYTES, (bytes) => this.#library(bytes, bytes.length));
  }

  /** @throws Fault `camera` where the library fails. No camera is an empty list. */
  async cameras(): Promise<readonly FoundCamera[]> {
    const list = this.#list();
    if (list < 0) throw this.#fault('the list of cameras', list);
    try {
      await this.#settled('the list of cameras', list);
      return readList(textOf(LIST_BYTES, (bytes) => this.#listed(list, bytes, bytes.length)));
    } finally {
      await this.close(list);
    }
  }

  /**
   * Opens and starts a camera. `id` as the header says; `name` is what faults call it.
   * @throws Fault `camera`; nothing is open then.
   */
  async start({ id, name, shape }: { readonly id: string; readonly name: string; readonly shape: Shape }): Promise<{
    readonly camera: number;
    readonly given: GivenShape;
  }> {
    const camera = this.#open(new TextEncoder().encode(`${id}\0`));
    if (camera < 0) throw this.#fault(name, camera);
    try {
      await this.#settled(name, camera);
      this.#asked(name, camera, this.#configure(camera, shapeBytes(shape)));
      await this.#settled(name, camera);
      const given = blankShape();
      this.#asked(name, camera, this.#given(camera, given));
      this.#asked(name, camera, this.#start(camera));
      await this.#settled(name, camera);
      return { camera, given: readShape(given) };
    } catch (thrown) {
      await this.close(camera);
      throw thrown;
    }
  }

  /**
   * The newest frame that nobody took yet, written into `pixels`; without them it is passed over. `undefined` where none
   * came within the wait; a fault in place of a frame that cannot be read, after which others may come.
   * @throws Fault `camera` where the camera has ended
   */
  async take(
    camera: number,
    { waitMs, pixels, name }: { readonly waitMs: number; readonly pixels?: Uint8Array; readonly name: string },
  ): Promise<ShimFrame | Fault | undefined> {
    assert(waitMs <= WAIT_MS_MAX, 'no thread of the pool is held longer than a frame');
    const frame = blankFrame();
    const into = pixels ?? NO_PIXELS;
    const code = await this.#take(camera, Math.ceil(waitMs), into, into.length, frame);
    if (code === NO_FRAME) return undefined;
    if (code === DAMAGED) return this.#fault(name, code, camera);
    this.#asked(name, camera, code);
    return readFrame(frame);
  }

  async giveBack(camera: number, lease: number): Promise<void> {
    const code = await this.#giveBack(camera, lease);
    assert(code === OK, 'a frame that was taken is given back once');
  }

  /** What the camera does not know is passed over. */
  async control(camera: number, controls: ShimControls): Promise<void> {
    await this.#control(camera, controlsBytes(controls));
  }

  /** Resolves when the device is let go, or when it does not come back: it cannot be opened again before it has then. */
  async close(camera: number): Promise<void> {
    if (this.#close(camera) !== OK) return;
    await this.#outcome(camera);
  }

  /** Waits for what was asked for, in pieces that are short enough for the threads that all calls share. */
  async #outcome(camera: number): Promise<number> {
    for (let waited = 0; waited < SETTLE_MS_MAX; waited += SETTLE_WAIT_MS) {
      const code = await this.#settle(camera, SETTLE_WAIT_MS);
      if (code !== PENDING) return code;
    }
    return PENDING;
  }

  async #settled(name: string, camera: number): Promise<void> {
    const code = await this.#outcome(camera);
    if (code === PENDING) {
      const found = `no answer within ${SETTLE_MS_MAX / 1_000} s`;
      throw new Fault('camera', { thing: name, found, expected: 'a camera that opens and starts' });
    }
    this.#asked(name, camera, code);
  }

  #asked(name: string, camera: number, code: number): void {
    assert(code !== MISUSED, 'the shim is called in the order of its header');
    if (code !== OK) throw this.#fault(name, code, camera);
  }

  #fault(name: string, code: number, camera = -1): Fault {
    const found = textOf(TEXT_BYTES, (bytes) => this.#text(camera, code, bytes, bytes.length));
    return new Fault('camera', { thing: name, found, expected: `a camera that delivers frames (${this.#path})` });
  }
}

const NO_PIXELS = new Uint8Array(0);

function textOf(size: number, write: (bytes: Uint8Array) => number): string {
  const bytes = new Uint8Array(size);
  const length = write(bytes);
  assert(length >= 0, 'the shim writes its text');
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** Lines of fields with tabs between them; a line that is neither a camera nor a mode belongs to a later shim. */
function readList(text: string): readonly FoundCamera[] {
  const found: { id: string; model: string; modes: FoundCamera['modes'][number][] }[] = [];
  for (const line of text.split('\n')) {
    const [kind, first = '', second = '', third = ''] = line.split('\t');
    if (kind === 'camera') found.push({ id: first, model: second, modes: [] });
    if (kind === 'mode') found.at(-1)?.modes.push({ format: first, width: Number(second), height: Number(third) });
  }
  return found;
}
