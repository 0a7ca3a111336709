import { describe, expect, it } from 'vitest';
import { LIT_MS, LitCamera, RELIT_MS } from '#drivers/camera/litCamera.ts';
import { SimulatedCamera } from '#drivers/camera/simulatedCamera.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { FakeLight } from '../../fakes/fakeLight.ts';
import { describeCamera } from './cameraContract.ts';

function rigOf() {
  const clock = new FakeClock();
  const light = new FakeLight(clock, true);
  const troubles: (string | undefined)[] = [];
  const camera = new LitCamera({
    camera: new SimulatedCamera({
      name: 'camera',
      clock,
      scenes: [],
      framesPerSecond: 20,
      size: { width: 32, height: 24 },
    }),
    light,
    clock,
    onTrouble: (says) => void troubles.push(says),
  });
  return { camera, clock, light, troubles, periodMs: 50, [Symbol.asyncDispose]: () => Promise.resolve() };
}

const settled = () => new Promise((resolve) => void setImmediate(resolve));

describeCamera('with a light', () => Promise.resolve(rigOf()));

describe('the light of a camera', () => {
  it('is on only while somebody is looked at', async () => {
    const { camera, light } = rigOf();
    const stream = camera.frames();
    await settled();
    expect(light.isLit).toBe(false);
    stream.attend?.({ lively: true });
    await settled();
    expect(light.isLit).toBe(true);
    stream.attend?.({ lively: false });
    await settled();
    expect(light.isLit).toBe(false);
    stream.attend?.({ lively: true });
    await stream.close();
    expect(light.isLit).toBe(false);
    stream.attend?.({ lively: true });
    await settled();
    expect(light.isLit).toBe(false);
  });

  it('that an earlier run has left burning goes out before anybody looks', async () => {
    const { light } = rigOf();
    expect(light.isLit).toBe(true);
    await settled();
    expect(light.isLit).toBe(false);
  });

  it('goes out by itself when nobody tells it again, and stays on while somebody does', async () => {
    const { camera, light, clock } = rigOf();
    const stream = camera.frames();
    for (let i = 0; i < 10; i++) {
      stream.attend?.({ lively: true });
      await settled();
      clock.advance(RELIT_MS);
      await settled();
      expect(light.isLit).toBe(true);
    }
    clock.advance(LIT_MS);
    await settled();
    expect(light.isLit).toBe(false);
    await stream.close();
  });

  it('that cannot be reached is told, and the camera goes on', async () => {
    const { camera, light, clock, troubles } = rigOf();
    await settled();
    light.isBroken = true;
    const stream = camera.frames();
    clock.advance(0);
    stream.attend?.({ lively: true });
    await settled();
    expect(troubles).toEqual([undefined, expect.stringContaining('no light')]);
    using frame = await stream.next();
    expect(frame?.sequence).toBe(1);
    await stream.close();
  });
});
