import { beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { readHardwareArguments } from '../../scripts/hardware/arguments.ts';
import { camera } from '../../scripts/hardware/camera.ts';
import { BUILD_MS_MAX, makeNative } from '../drivers/camera/shim/build.ts';

const clock = new SystemClock();
const FILES = {
  kind: 'camera',
  files: true,
  width: 320,
  height: 240,
  framesPerSecond: 60,
  seconds: 1,
  show: false,
} as const;
const nobody = (): void => undefined;

beforeAll(() => {
  makeNative('files');
  makeNative('libcamera');
}, BUILD_MS_MAX);

describe('looking at the cameras of a machine', () => {
  it('lists them with their modes, and measures the only one', async () => {
    const results = new Map((await camera(FILES, clock, nobody)).map((one) => [one.name, one]));
    expect(results.get('camera.library')?.value).toBe('files');
    expect(results.get('camera.1')).toMatchObject({ value: 'pattern', note: expect.stringContaining('NV12 1280x720') });
    expect(results.get('camera.rate')?.value).toBeGreaterThan(1);
    expect(results.get('camera.dropped')?.value).toBeGreaterThanOrEqual(0);
    expect(results.get('camera.latency_p50_ms')?.value).toBeGreaterThan(0);
    expect(results.get('camera.picture')?.note).toContain('10000 us');
  });

  it('says what is wrong with the one that was asked for', async () => {
    await expect(camera({ ...FILES, id: '/nowhere' }, clock, nobody)).rejects.toThrow(/no such camera/);
  });

  it('shows its picture to an installer on this machine, and to nobody who does not know the address', async () => {
    const address = Promise.withResolvers<string>();
    const measuring = camera({ ...FILES, show: true }, clock, address.resolve);
    const page = await address.promise;
    expect(await (await fetch(page)).text()).toContain('Turn the lens');
    expect((await fetch(new URL('/frame', page))).status).toBe(404);
    let frame = await fetch(`${page}frame`);
    for (let tries = 0; tries < 1_000 && frame.status === 204; tries++) frame = await fetch(`${page}frame`);
    expect(JSON.parse(frame.headers.get('x-about') ?? '')).toMatchObject({
      width: 320,
      height: 240,
      brightness: expect.closeTo(100, -1),
    });
    const rgb = new Uint8Array(await frame.arrayBuffer());
    expect(rgb.length).toBe(320 * 240 * 3);
    // The first bar of the pattern is white behind the mark at the edge.
    expect(Math.min(...rgb.subarray(20 * 3, 21 * 3))).toBeGreaterThan(200);
    await measuring;
    await expect(fetch(page)).rejects.toThrow();
  });

  it('finds nothing wrong with a machine that has none', async () => {
    const results = await camera({ ...FILES, files: false }, clock, nobody);
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(results[0]?.value).toMatch(/^libcamera \d+\.\d+\.\d+$/);
  });

  it('is asked for by words that are checked', () => {
    expect(readHardwareArguments(['camera'])).toEqual({
      ...FILES,
      files: false,
      width: 1280,
      height: 720,
      framesPerSecond: 30,
      seconds: 5,
    });
    expect(readHardwareArguments(['camera', '--show'])).toMatchObject({ kind: 'camera', show: true });
    const said = ['camera', '--form', 'files', '--size', '320x240', '--rate', '60', '--seconds', '1'];
    expect(readHardwareArguments(said)).toEqual(FILES);
    for (const wrong of [
      ['--size', 'large'],
      ['--form', 'tape'],
      ['--rate', '0'],
      ['--lens', '1'],
    ]) {
      expect(() => readHardwareArguments(['camera', ...wrong])).toThrow(/hardware camera/);
    }
  });
});
