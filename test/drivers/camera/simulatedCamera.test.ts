import { describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { EMPTY_SCENE, SimulatedCamera, type Scene } from '#drivers/camera/simulatedCamera.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { deliver, describeCamera, nextFrame } from './cameraContract.ts';
import { plain } from './pictures.ts';

const size = { width: 32, height: 24 };
const red: Scene = { id: 'red', picture: plain(32, 24, [250, 10, 10]) };
const small: Scene = { id: 'small', picture: plain(16, 8, [10, 10, 250]) };

function rigOf(scenes: readonly Scene[] = [red, small]) {
  const clock = new FakeClock();
  const camera = new SimulatedCamera({ name: 'simulated camera', clock, scenes, framesPerSecond: 20, size });
  return { camera, clock, periodMs: 50, [Symbol.asyncDispose]: () => Promise.resolve() };
}

describeCamera('simulated', () => Promise.resolve(rigOf()));

describe('a simulated camera', () => {
  it('sees an empty place, then whoever is put before it, from the next frame on', async () => {
    const rig = rigOf();
    const stream = rig.camera.frames();
    const seen: string[] = [];
    for (const scene of [EMPTY_SCENE, 'red', 'small', EMPTY_SCENE]) {
      rig.camera.show(scene);
      await deliver(rig, 1);
      using frame = await nextFrame(stream);
      seen.push(
        `${frame.width}x${frame.height} ${scene === EMPTY_SCENE ? 'wall' : frame.pixels.slice(0, 3).join(' ')}`,
      );
    }
    expect(seen).toEqual(['32x24 wall', '32x24 250 10 10', '16x8 10 10 250', '32x24 wall']);
    await stream.close();
  });

  it('overwrites the frames of the old size when another size comes', async () => {
    const rig = rigOf();
    const stream = rig.camera.frames();
    await deliver(rig, 1);
    const old = await nextFrame(stream);
    const { pixels } = old;
    rig.camera.show('small');
    await deliver(rig, 1);
    old[Symbol.dispose]();
    expect(pixels.every((byte) => byte === 0)).toBe(true);
    for (let i = 0; i < 10; i++) {
      await deliver(rig, 1);
      using frame = await nextFrame(stream);
      expect(frame.pixels.length).toBe(16 * 8 * 3);
    }
    await stream.close();
  });

  it('sees a plain wall with slight noise where nobody stands, never twice the same', async () => {
    const rig = rigOf();
    const stream = rig.camera.frames();
    const walls: Uint8Array[] = [];
    for (let i = 0; i < 2; i++) {
      await deliver(rig, 1);
      using frame = await nextFrame(stream);
      walls.push(Uint8Array.from(frame.pixels));
    }
    const [first, second] = walls;
    expect(Math.max(...first!) - Math.min(...first!)).toBeLessThanOrEqual(6);
    expect(Buffer.compare(first!, second!)).not.toBe(0);
    await stream.close();
  });

  it('carries a marker in every frame, so that a search can tell whether any was kept', async () => {
    const rig = rigOf();
    const marker = new TextEncoder().encode('a marker');
    rig.camera.mark(marker);
    const stream = rig.camera.frames();
    for (const scene of [EMPTY_SCENE, 'red', 'small']) {
      rig.camera.show(scene);
      await deliver(rig, 1);
      using frame = await nextFrame(stream);
      expect(new TextDecoder().decode(frame.pixels.slice(0, marker.length))).toBe('a marker');
    }
    rig.camera.mark(undefined);
    await deliver(rig, 1);
    using frame = await nextFrame(stream);
    expect(frame.pixels[0]).toBe(10);
    await stream.close();
  });

  it('refuses a scene that is not there, or whose pixels do not fill it', () => {
    const { camera } = rigOf();
    expect(() => camera.show('green')).toThrow('empty, red, small');
    expect(camera.scene).toBe(EMPTY_SCENE);
    expect(() => rigOf([{ id: 'broken', picture: { width: 9, height: 9, rgb: new Uint8Array(9) } }])).toThrow(Fault);
  });
});
