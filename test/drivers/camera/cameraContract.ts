import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import type { Camera, Frame, FrameStream } from '#core/ports/camera.ts';
import type { FakeClock } from '../../fakes/fakeClock.ts';

export interface CameraRig extends AsyncDisposable {
  readonly camera: Camera;
  readonly clock: FakeClock;
  readonly periodMs: number;
}

/** Resolves when the device has its next picture ready: it waits for nothing but the clock then. */
export async function pictureReady(clock: FakeClock): Promise<void> {
  await expect.poll(() => clock.waiting, { timeout: 20_000, interval: 1 }).toBeGreaterThan(0);
}

/** Lets the device deliver `count` pictures. */
export async function deliver({ clock }: CameraRig, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await pictureReady(clock);
    clock.advanceToNext();
  }
  await pictureReady(clock);
}

export async function nextFrame(stream: FrameStream): Promise<Frame> {
  const frame = await stream.next();
  if (frame === undefined) throw new Error('the stream is closed');
  return frame;
}

/** What every camera promises, whatever it sees with. */
export function describeCamera(name: string, makeRig: () => Promise<CameraRig>): void {
  let rig: CameraRig;
  let stream: FrameStream;

  describe(`a camera: ${name}`, () => {
    beforeEach(async () => {
      rig = await makeRig();
    });
    afterEach(async () => {
      await stream.close();
      await rig[Symbol.asyncDispose]();
    });

    it('is closed until somebody looks, and closed again afterwards', async () => {
      expect(rig.clock.waiting).toBe(0);
      stream = rig.camera.frames();
      await deliver(rig, 1);
      await stream.close();
      expect(rig.clock.waiting).toBe(0);
      expect(await stream.next()).toBeUndefined();
      rig.clock.advance(rig.periodMs * 3);
      expect(await stream.next()).toBeUndefined();
      await stream.close();
    });

    it('delivers pictures of the size that it says, each with its number and its moment', async () => {
      stream = rig.camera.frames();
      let before: { sequence: number; capturedAt: number } | undefined;
      for (let i = 0; i < 3; i++) {
        await deliver(rig, 1);
        using frame = await nextFrame(stream);
        expect(frame.pixels.length).toBe(frame.width * frame.height * 3);
        expect(frame.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
        expect(frame.pixels.some((byte) => byte !== 0)).toBe(true);
        if (before !== undefined) {
          expect(frame.sequence).toBe(before.sequence + 1);
          expect(frame.capturedAt).toBeCloseTo(before.capturedAt + rig.periodMs);
        }
        before = { sequence: frame.sequence, capturedAt: frame.capturedAt };
      }
    });

    it('lets somebody wait for the next picture', async () => {
      stream = rig.camera.frames();
      const waiting = stream.next();
      await deliver(rig, 1);
      using frame = await waiting;
      expect(frame?.sequence).toBe(1);
    });

    it('keeps only the latest picture for a slow reader', async () => {
      stream = rig.camera.frames();
      await deliver(rig, 4);
      using frame = await nextFrame(stream);
      expect(frame.sequence).toBe(4);
      const waiting = stream.next();
      await deliver(rig, 1);
      using after = await waiting;
      expect(after?.sequence).toBe(5);
    });

    it('goes on counting while its reader holds every buffer, and never draws into one that is held', async () => {
      stream = rig.camera.frames();
      const held: { frame: Frame; was: Uint8Array }[] = [];
      for (let i = 0; i < 4; i++) {
        await deliver(rig, 1);
        const frame = await nextFrame(stream);
        held.push({ frame, was: Uint8Array.from(frame.pixels) });
      }
      await deliver(rig, 3);
      for (const { frame, was } of held) expect(Buffer.compare(frame.pixels, was)).toBe(0);
      for (const { frame } of held) frame[Symbol.dispose]();
      await deliver(rig, 1);
      using frame = await nextFrame(stream);
      expect(frame.sequence).toBe(8);
    });

    it('leaves nothing in a frame that was given back, twice given back or not', async () => {
      stream = rig.camera.frames();
      await deliver(rig, 1);
      const frame = await nextFrame(stream);
      const { pixels } = frame;
      frame[Symbol.dispose]();
      frame[Symbol.dispose]();
      expect(pixels.every((byte) => byte === 0)).toBe(true);
      expect(() => frame.pixels).toThrow('given back');
      expect(JSON.stringify({ frame })).toBe('{"frame":"[frame 1]"}');
    });

    it('leaves nothing in a frame that nobody took, nor in one that is given back after the end', async () => {
      stream = rig.camera.frames();
      await deliver(rig, 1);
      const first = await nextFrame(stream);
      const reused = first.pixels;
      first[Symbol.dispose]();
      await deliver(rig, 1);
      expect(reused.some((byte) => byte !== 0)).toBe(true);
      await stream.close();
      expect(reused.every((byte) => byte === 0)).toBe(true);

      stream = rig.camera.frames();
      await deliver(rig, 1);
      const late = await nextFrame(stream);
      const { pixels } = late;
      await stream.close();
      expect(pixels.some((byte) => byte !== 0)).toBe(true);
      late[Symbol.dispose]();
      expect(pixels.every((byte) => byte === 0)).toBe(true);
    });

    it('tells whoever waits that it was closed', async () => {
      stream = rig.camera.frames();
      const waiting = stream.next();
      await stream.close();
      expect(await waiting).toBeUndefined();
    });

    it('has one stream at a time', async () => {
      stream = rig.camera.frames();
      expect(() => rig.camera.frames()).toThrow(Fault);
      await stream.close();
      stream = rig.camera.frames();
      await deliver(rig, 1);
      using frame = await nextFrame(stream);
      expect(frame.sequence).toBe(1);
    });
  });
}
