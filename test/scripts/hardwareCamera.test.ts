import { beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { readHardwareArguments } from '../../scripts/hardware/arguments.ts';
import { camera } from '../../scripts/hardware/camera.ts';
import { BUILD_MS_MAX, makeNative } from '../drivers/camera/shim/build.ts';

const clock = new SystemClock();
const FILES = { kind: 'camera', files: true, width: 320, height: 240, framesPerSecond: 60, seconds: 1 } as const;

beforeAll(() => {
  makeNative('files');
  makeNative('libcamera');
}, BUILD_MS_MAX);

describe('looking at the cameras of a machine', () => {
  it('lists them with their modes, and measures the only one', async () => {
    const results = new Map((await camera(FILES, clock)).map((one) => [one.name, one]));
    expect(results.get('camera.library')?.value).toBe('files');
    expect(results.get('camera.1')).toMatchObject({ value: 'pattern', note: expect.stringContaining('NV12 1280x720') });
    expect(results.get('camera.rate')?.value).toBeGreaterThan(1);
    expect(results.get('camera.dropped')?.value).toBeGreaterThanOrEqual(0);
    expect(results.get('camera.latency_p50_ms')?.value).toBeGreaterThan(0);
    expect(results.get('camera.picture')?.note).toContain('10000 us');
  });

  it('says what is wrong with the one that was asked for', async () => {
    await expect(camera({ ...FILES, id: '/nowhere' }, clock)).rejects.toThrow(/no such camera/);
  });

  it('finds nothing wrong with a machine that has none', async () => {
    const results = await camera({ ...FILES, files: false }, clock);
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
