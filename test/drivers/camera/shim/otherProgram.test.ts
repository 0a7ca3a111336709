import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ShimCamera } from '#drivers/camera/shim/shimCamera.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { nextFrame } from '../cameraContract.ts';
import { jpegEncoder, plain } from '../pictures.ts';
import { BUILD_MS_MAX, FILES_SHIM, makeNative, NATIVE_BUILD } from './build.ts';

const SIZE = { width: 64, height: 48 };
/** Whoever may do nothing, for tests that root runs: root is denied nothing. */
const NOBODY = 65_534;

let folder: string;
let program: string;
let pictures: string;

beforeAll(async () => {
  makeNative('files');
  makeNative('hold');
  folder = await mkdtemp(join(tmpdir(), 'lintel-other-'));
  await chmod(folder, 0o755);
  program = join(folder, 'hold');
  await copyFile(join(NATIVE_BUILD, 'camera-hold'), program);
  await chmod(program, 0o755);
  pictures = join(folder, 'pictures');
  await mkdir(pictures);
  const encode = await jpegEncoder();
  await writeFile(join(pictures, '1.jpg'), encode(plain(SIZE.width, SIZE.height, [9, 9, 9])));
}, BUILD_MS_MAX);
afterAll(() => rm(folder, { recursive: true }));

/** Another program that opens the camera, holds it until its input ends, and says first how it went. */
class OtherProgram implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<unknown>;

  constructor(id: string, identity: { uid?: number; gid?: number } = {}) {
    this.#process = spawn(program, [id], { ...identity, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
    this.#ended = once(this.#process, 'exit');
  }

  async says(): Promise<string> {
    for await (const line of createInterface({ input: this.#process.stdout })) return line;
    return 'nothing';
  }

  async killed(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    await this.#ended;
  }
}

const look = () =>
  new ShimCamera({
    name: 'camera',
    library: FILES_SHIM,
    id: pictures,
    shape: { size: SIZE, framesPerSecond: 100, rotation: 0, mirror: false },
    clock: new SystemClock(),
  }).frames();

describe('a camera that another program may have too', () => {
  it('is busy while that one has it, and free again however that one ends', async () => {
    for (const end of ['killed', 'closed'] as const) {
      const other = new OtherProgram(pictures);
      expect(await other.says()).toBe('done');
      const refused = look();
      await expect(refused.next()).rejects.toThrow(/another program has the camera.*pictures/);
      await refused.close();
      if (end === 'killed') await other.killed();
      else await other[Symbol.asyncDispose]();
      const stream = look();
      (await nextFrame(stream))[Symbol.dispose]();
      await stream.close();
    }
  });

  it('is busy for that one while the gate has it', async () => {
    const stream = look();
    (await nextFrame(stream))[Symbol.dispose]();
    await using other = new OtherProgram(pictures);
    expect(await other.says()).toMatch(/^another program has the camera: .*pictures/);
    await stream.close();
  });

  it('is denied to whoever may not open it, and says so', async () => {
    await chmod(pictures, 0o000);
    try {
      const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
      await using other = new OtherProgram(pictures, identity);
      expect(await other.says()).toMatch(/^no permission to open the camera: .*pictures/);
    } finally {
      await chmod(pictures, 0o755);
    }
  });
});
