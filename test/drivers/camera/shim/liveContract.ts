import { readdir, readlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import type { FrameStream } from '#core/ports/camera.ts';
import { ShimCamera, type ShimCameraOptions } from '#drivers/camera/shim/shimCamera.ts';
import type { ShimFrame } from '#drivers/camera/shim/structs.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { nextFrame } from '../cameraContract.ts';

/** What the memory and the device of a camera are called among the files that a process has open. */
const OF_A_CAMERA = /lintel-camera|dmabuf|\/dev\/(media|video|v4l|dma_heap|udmabuf)/;
const FRAMES_OF_A_SLOW_READER = 5;

export type LiveDevice = Pick<ShimCameraOptions, 'library' | 'id' | 'shape'>;

async function handlesOpen(): Promise<number> {
  const open = await readdir('/proc/self/fd');
  const targets = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => OF_A_CAMERA.test(target)).length;
}

/** What a camera promises that makes frames when it likes: the part of the contract that needs nobody to move its time. */
export function describeLiveCamera(name: string, device: LiveDevice): void {
  const { size } = device.shape;
  let seen: ShimFrame[];
  let streams: FrameStream[];

  const make = () =>
    new ShimCamera({ ...device, name, clock: new SystemClock(), onFrame: (frame) => void seen.push(frame) });
  const look = (camera = make()): FrameStream => {
    const stream = camera.frames();
    streams.push(stream);
    return stream;
  };

  describe(`a live camera: ${name}`, () => {
    beforeEach(() => {
      seen = [];
      streams = [];
    });
    afterEach(async () => {
      for (const stream of streams) await stream.close();
    });

    it('delivers frames of the size that it says, each begun by its sensor after the one before', async () => {
      const stream = look();
      let before = 0;
      for (let i = 0; i < 4; i++) {
        using frame = await nextFrame(stream);
        const { width, height, pixels } = frame;
        expect({ width, height, bytes: pixels.length }).toEqual({ ...size, bytes: size.width * size.height * 3 });
        expect(frame.sequence).toBeGreaterThan(before);
        before = frame.sequence;
      }
      const moments = seen.map(({ sensorNanos }) => sensorNanos);
      expect(moments).toEqual([...new Set(moments)].toSorted((one, other) => Number(one - other)));
    });

    it('keeps only the newest frame for a slow reader', async () => {
      const stream = look();
      const first = await nextFrame(stream);
      await expect.poll(() => seen.length, { timeout: 20_000 }).toBeGreaterThan(FRAMES_OF_A_SLOW_READER);
      const made = seen.length;
      using second = await nextFrame(stream);
      expect(second.sequence).toBeGreaterThanOrEqual(first.sequence + made - 1);
      first[Symbol.dispose]();
    });

    it('leaves nothing in a frame that was given back, before the end or after it', async () => {
      const stream = look();
      const [early, late] = [await nextFrame(stream), await nextFrame(stream)];
      const pixels = [early.pixels, late.pixels];
      early[Symbol.dispose]();
      await stream.close();
      late[Symbol.dispose]();
      for (const left of pixels) expect(left.every((byte) => byte === 0)).toBe(true);
    });

    it('has its device open exactly while somebody looks', async () => {
      expect(await handlesOpen()).toBe(0);
      const stream = look();
      (await nextFrame(stream))[Symbol.dispose]();
      expect(await handlesOpen()).toBeGreaterThan(0);
      await stream.close();
      expect(await handlesOpen()).toBe(0);
    });

    it('is refused to whoever opens it a second time, and free once the first has closed', async () => {
      const camera = make();
      const first = look(camera);
      (await nextFrame(first))[Symbol.dispose]();
      expect(() => camera.frames()).toThrow(Fault);
      await expect(look().next()).rejects.toThrow(/another program has the camera/);
      (await nextFrame(first))[Symbol.dispose]();
      await first.close();
      (await nextFrame(look()))[Symbol.dispose]();
    });

    it('tells whoever waits that it was closed, while it opens as while it runs', async () => {
      const opening = look();
      const never = opening.next();
      await opening.close();
      expect(await never).toBeUndefined();
      const running = look();
      (await nextFrame(running))[Symbol.dispose]();
      const waiting = running.next();
      await running.close();
      (await waiting)?.[Symbol.dispose]();
      expect(await running.next()).toBeUndefined();
    });
  });
}
