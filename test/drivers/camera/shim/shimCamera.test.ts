import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageOf } from '#core/kernel/fault.ts';
import type { HealthReport } from '#core/ports/health.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { CameraShim } from '#drivers/camera/shim/cameraShim.ts';
import { ShimCamera, type ShimCameraOptions } from '#drivers/camera/shim/shimCamera.ts';
import { SILENT_MS_MAX } from '#drivers/camera/shim/shimStream.ts';
import { FORMATS, type Shape } from '#drivers/camera/shim/structs.ts';
import { CAMERA_RETRY_MS_FIRST, CameraWatch } from '#terminal/cameraWatch.ts';
import { FakeClock } from '../../../fakes/fakeClock.ts';
import { deliver, describeCamera, nextFrame, pictureReady } from '../cameraContract.ts';
import { busy, jpegEncoder, plain, type EncodeJpeg } from '../pictures.ts';
import { BUILD_MS_MAX, FILES_SHIM, makeNative } from './build.ts';

const SMALL: Shape = { size: { width: 64, height: 48 }, framesPerSecond: 10, rotation: 0, mirror: false };
const LIVE: Shape = { ...SMALL, framesPerSecond: 200 };

let folder: string;
let encode: EncodeJpeg;
let made = 0;

beforeAll(async () => {
  makeNative('files');
  folder = await mkdtemp(join(tmpdir(), 'lintel-shim-'));
  encode = await jpegEncoder();
}, BUILD_MS_MAX);
afterAll(() => rm(folder, { recursive: true }));

async function pictures(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const path = join(folder, `pictures${++made}`);
  await mkdir(path);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  return path;
}

function rigOf(id: string, options: Partial<ShimCameraOptions> = {}) {
  const clock = new FakeClock();
  const camera = new ShimCamera({ name: 'camera', library: FILES_SHIM, id, shape: SMALL, clock, ...options });
  return { camera, clock, periodMs: 100, [Symbol.asyncDispose]: () => Promise.resolve() };
}

const live = (id: string, options: Partial<ShimCameraOptions> = {}) =>
  new ShimCamera({ name: 'camera', library: FILES_SHIM, id, shape: LIVE, clock: new SystemClock(), ...options });

for (const format of FORMATS) {
  const options = { shape: { ...SMALL, format } };
  describeCamera(`the shim, a pattern in ${format}`, () => Promise.resolve(rigOf('pattern?step=1', options)));
}
describeCamera('the shim, a folder of pictures', async () => {
  const grey = plain(64, 48, [120, 120, 120]);
  return rigOf(`${await pictures({ '1.jpg': encode(grey), '2.jpg': encode(busy(64, 48)) })}?step=1`);
});

/** Files of a camera that this process has open. */
async function filesOpen(part: string): Promise<readonly string[]> {
  const open = (await readdir('/proc/self/fd')).map((file) => `/proc/self/fd/${file}`);
  const targets = await Promise.all(open.map((file) => readlink(file).catch(() => '')));
  return open.filter((_, index) => targets[index]!.includes(part));
}

const handlesOpen = async (part: string): Promise<number> => (await filesOpen(part)).length;

describe('a camera behind the shim', () => {
  it('shows the colours and the sides as they are, in every format, turn and zone', async () => {
    const out = { width: 40, height: 20 };
    for (const format of FORMATS) {
      for (const mirror of [false, true]) {
        const shape: Shape = {
          format,
          size: { width: 160, height: 120 },
          framesPerSecond: 10,
          rotation: 180,
          mirror,
          out,
          zone: { x: 0, y: 0, width: 80, height: 40 },
        };
        const rig = rigOf('pattern?step=1', { shape });
        const stream = rig.camera.frames();
        await deliver(rig, 1);
        using frame = await nextFrame(stream);
        // The bars are white, yellow, cyan, green from the left; upside down they come from the right.
        const at = (x: number): number[] => Array.from(frame.pixels.slice((10 * 40 + x) * 3, (10 * 40 + x) * 3 + 3));
        const near = (x: number) =>
          at(x)
            .map((value) => (value > 128 ? 1 : 0))
            .join('');
        const bars = [35, 25, 15, 5].map((x) => near(mirror ? 39 - x : x)).join(' ');
        expect({ format, bars }).toEqual({ format, bars: '111 110 011 010' });
        await stream.close();
      }
    }
  });

  it('leaves nothing of a frame in the memory of its device, of a long one no more than of a short one behind it', async () => {
    const held = async (): Promise<boolean> => {
      const [memory, ...others] = await filesOpen('lintel-camera');
      expect(others).toEqual([]);
      return (await readFile(memory!)).some((byte) => byte !== 0);
    };
    const folderOf = { '1.jpg': encode(busy(64, 48)), '2.jpg': encode(plain(64, 48, [9, 9, 9])) };
    for (const format of FORMATS) {
      const rig = rigOf(`${await pictures(folderOf)}?step=1`, { shape: { ...SMALL, format } });
      const stream = rig.camera.frames();
      for (let i = 0; i < 2; i++) {
        await deliver(rig, 1);
        (await nextFrame(stream))[Symbol.dispose]();
        await expect.poll(held).toBe(false);
      }
      await stream.close();
    }
    const storm = live('pattern?storm=1').frames();
    const frame = await nextFrame(storm);
    await expect.poll(held).toBe(true);
    frame[Symbol.dispose]();
    await storm.close();
  });

  it('has its device open exactly while somebody looks', async () => {
    expect(await handlesOpen('lintel-camera')).toBe(0);
    const path = await pictures({ '1.jpg': encode(plain(64, 48, [9, 9, 9])) });
    for (const [id, part] of [
      ['pattern', 'lintel-camera'],
      [path, path],
    ] as const) {
      const stream = live(id).frames();
      (await nextFrame(stream))[Symbol.dispose]();
      expect(await handlesOpen(part)).toBeGreaterThan(0);
      await stream.close();
      expect(await handlesOpen(part)).toBe(0);
    }
  });

  it('gives the newest frame and the moment at which its sensor saw it, however many come between', async () => {
    const clock = new SystemClock();
    const stream = live('pattern?storm=1', { clock, shape: { ...SMALL, framesPerSecond: 50 } }).frames();
    let last = 0;
    for (let i = 0; i < 5; i++) {
      using frame = await nextFrame(stream);
      const now = clock.monotonic();
      expect(frame.sequence).toBeGreaterThan(last);
      expect(frame.capturedAt).toBeLessThan(now);
      last = frame.sequence;
    }
    await stream.close();
    // Of thousands a second it takes no more than it was asked for.
    expect(last).toBeGreaterThan(20);
  });

  it('is busy for whoever opens it a second time, and free once the first has closed', async () => {
    const path = await pictures({ '1.jpg': encode(plain(64, 48, [9, 9, 9])) });
    const first = live(path).frames();
    (await nextFrame(first))[Symbol.dispose]();
    const second = live(path).frames();
    await expect(second.next()).rejects.toThrow(/another program has the camera/);
    // Options make another camera of it for the shim; the lock on the folder stays, as for another process.
    const third = live(`${path}?storm=1`).frames();
    await expect(third.next()).rejects.toThrow(/another program has the camera/);
    await first.close();
    const fourth = live(path).frames();
    (await nextFrame(fourth))[Symbol.dispose]();
    await fourth.close();
  });

  it('says what is wrong: gone, unplugged, damaged, a mode that it has not', async () => {
    const broken = busy(64, 48);
    const damaged = await pictures({ '1.jpg': encode(broken).subarray(0, 900) });
    for (const [id, shape, says] of [
      ['/nowhere', LIVE, /no such camera, or unplugged.*nowhere/],
      [await pictures({}), LIVE, /no pictures/],
      ['pattern?gone-after=2', LIVE, /unplugged/],
      [damaged, LIVE, /cannot be read/],
      ['pattern', { ...LIVE, size: { width: 33, height: 48 } }, /no such mode.*33x48/],
      ['pattern', { ...LIVE, zone: { x: 40, y: 0, width: 40, height: 48 } }, /no such mode.*zone/],
    ] as const) {
      const stream = live(id, { shape }).frames();
      const watched = async () => {
        for (let i = 0; i < 20; i++) (await nextFrame(stream))[Symbol.dispose]();
      };
      await expect(watched()).rejects.toThrow(says);
      expect(await stream.next()).toBeUndefined();
      await stream.close();
    }
    expect(await handlesOpen('lintel-camera')).toBe(0);
  });

  it('passes over a picture that is damaged, as USB cameras deliver now and then, and counts it', async () => {
    const whole = encode(busy(64, 48));
    const rig = rigOf(`${await pictures({ '1.jpg': whole, '2.jpg': whole.subarray(0, 900), '3.jpg': whole })}?step=1`);
    const stream = rig.camera.frames();
    const sequences: number[] = [];
    for (let i = 0; i < 6; i++) {
      await deliver(rig, i % 3 === 0 ? 1 : i % 3 === 1 ? 2 : 0);
      if (i % 3 === 2) continue;
      using frame = await nextFrame(stream);
      sequences.push(frame.sequence);
    }
    expect(sequences).toEqual([1, 3, 4, 6]);
    await stream.close();
  });

  it('gives up a pipeline that is stuck', async () => {
    const rig = rigOf('pattern?step=1&stuck-after=1', { shape: { ...SMALL, framesPerSecond: 100 } });
    const stream = rig.camera.frames();
    await deliver(rig, 1);
    (await nextFrame(stream))[Symbol.dispose]();
    const asked = stream.next().then(() => 'a frame', messageOf);
    for (let silentMs = 0; silentMs < SILENT_MS_MAX; silentMs += 500) {
      await pictureReady(rig.clock);
      rig.clock.advance(500);
    }
    expect(await asked).toMatch(/no frame for 3 s/);
    await stream.close();
  });

  it('tells whoever looks that the shim is missing, and nobody else', () => {
    const camera = new ShimCamera({
      name: 'camera',
      id: '',
      library: '/no.so',
      shape: SMALL,
      clock: new FakeClock(),
    });
    expect(camera.name).toBe('camera');
    expect(() => camera.frames()).toThrow(/libcamera-dev/);
  });

  it('comes back by itself after it was unplugged, and the health page says both', async () => {
    const path = await pictures({ '1.jpg': encode(plain(64, 48, [9, 9, 9])) });
    const lines: HealthReport[] = [];
    const clock = new FakeClock();
    let frames = 0;
    const watch = new CameraWatch({
      camera: live(path),
      clock,
      health: { report: (line) => void lines.push(line) },
      part: 'face at entrance',
      onFrame: () => Promise.resolve(void frames++),
      onFrameGone: () => Promise.resolve(),
      onLost: () => true,
      onRested: () => undefined,
    });
    watch.open();
    await expect.poll(() => frames).toBeGreaterThan(0);
    await rename(path, `${path}-away`);
    // The folder that is open goes on; its pictures do not.
    await rename(`${path}-away/1.jpg`, `${path}-away/away`);
    await expect
      .poll(() => lines.at(-1))
      .toMatchObject({ level: 'failed', says: expect.stringContaining('unplugged') });
    await pictureReady(clock);
    expect(clock.untilNext).toBe(CAMERA_RETRY_MS_FIRST);
    clock.advanceToNext();
    await pictureReady(clock);
    expect(clock.untilNext).toBe(CAMERA_RETRY_MS_FIRST * 2);
    await rename(`${path}-away/away`, `${path}-away/1.jpg`);
    await rename(`${path}-away`, path);
    clock.advanceToNext();
    await expect.poll(() => lines.at(-1)).toMatchObject({ level: 'ok' });
    await watch.stop();
  });

  it('lists what it finds', async () => {
    const shim = CameraShim.load(FILES_SHIM);
    expect(shim.library).toBe('files');
    const [first, ...more] = await shim.cameras();
    expect(more).toEqual([]);
    expect(first).toMatchObject({ id: 'pattern', model: 'test pattern' });
    expect(first?.modes).toContainEqual({ format: 'NV12', width: 1280, height: 720 });
  });

  it('is the camera of this header alone', () => {
    expect(() => CameraShim.load('libc.so.6')).toThrow(/lintel_camera_abi.*expected the camera shim/);
  });
});
