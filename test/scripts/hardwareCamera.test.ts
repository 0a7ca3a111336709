import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { readHardwareArguments, type CameraArguments } from '../../scripts/hardware/arguments.ts';
import { camera, type CameraParts } from '../../scripts/hardware/camera.ts';
import { BUILD_MS_MAX, makeNative } from '../drivers/camera/shim/build.ts';
import { readText } from '../tidy/house.ts';

const FILES = {
  kind: 'camera',
  files: true,
  width: 320,
  height: 240,
  framesPerSecond: 60,
  seconds: 1,
} as const satisfies CameraArguments;

/** A machine without a screen, and somebody who looks until the time is over. */
const aMachine = (more: Partial<CameraParts> = {}): CameraParts => ({
  clock: new SystemClock(),
  env: {},
  host: { kind: 'none', why: 'It is dark.' },
  say: () => undefined,
  watch: () => new DisposableStack(),
  ...more,
});

/** Shows a camera's picture until `end` is called. */
async function looking(options: CameraArguments) {
  const { seconds: _, ...endless } = options;
  const said: string[] = [];
  const watched = Promise.withResolvers<() => void>();
  const parts = aMachine({
    say: (line) => void said.push(line),
    watch: (enough) => {
      watched.resolve(enough);
      return new DisposableStack();
    },
  });
  const measuring = camera({ ...endless, show: true }, parts);
  const end = await Promise.race([watched.promise, measuring.then(() => expect.unreachable())]);
  return { page: /http:\S+/.exec(said[1] ?? '')![0], said, end, measuring };
}

const aboutOf = (frame: Response): unknown => JSON.parse(frame.headers.get('x-about') ?? '');

beforeAll(() => {
  makeNative('files');
  makeNative('libcamera');
}, BUILD_MS_MAX);

describe('looking at the cameras of a machine', () => {
  it('lists them with their modes, and measures the only one', async () => {
    const results = new Map((await camera(FILES, aMachine())).map((one) => [one.name, one]));
    expect(results.get('camera.library')?.value).toBe('files');
    const modes = expect.stringContaining('NV12 1280x720 640x480; YUYV');
    expect(results.get('camera.1')).toMatchObject({ value: 'pattern', note: modes });
    expect(results.get('camera.rate')?.value).toBeGreaterThan(1);
    expect(results.get('camera.dropped')?.value).toBeGreaterThanOrEqual(0);
    expect(results.get('camera.latency_p50_ms')?.value).toBeGreaterThan(0);
    expect(results.get('camera.picture')?.note).toMatch(/light good, .*10000 us/);
  });

  it('says what is wrong with the one that was asked for', async () => {
    await expect(camera({ ...FILES, id: '/nowhere' }, aMachine())).rejects.toThrow(/no such camera/);
    const unplugged = { ...FILES, files: false, id: 'USB' };
    await expect(camera(unplugged, aMachine())).rejects.toThrow('camera USB: found no such camera, expected a camera');
  });

  it('shows its picture on this machine alone, says how to look at it, and shows it until it is enough', async () => {
    const { page, said, end, measuring } = await looking(FILES);
    expect(said).toEqual([
      'The camera is measured for 2 s, then it is shown.',
      `To look at it on this machine: ${page}`,
      expect.stringMatching(/^From another one: ssh -L (\d+):127\.0\.0\.1:\1 .+ http:\/\/localhost:\1\/\w{32}\/$/),
      'No screen is shown. It is dark.',
    ]);
    expect(await (await fetch(page)).text()).toContain('page.mjs');
    for (const elsewhere of ['/frame', '/', `/${'0'.repeat(32)}/frame`, `${new URL(page).pathname}other`]) {
      expect((await fetch(new URL(elsewhere, page))).status).toBe(404);
    }
    const frame = await fetch(`${page}frame`);
    expect(frame.headers.get('cache-control')).toBe('no-store');
    expect(aboutOf(frame)).toMatchObject({
      width: 320,
      height: 240,
      light: 'good',
      brightness: expect.closeTo(100, -1),
      dropped: expect.any(Number),
    });
    const rgb = new Uint8Array(await frame.arrayBuffer());
    expect(rgb.length).toBe(320 * 240 * 3);
    // The first bar of the pattern is white behind the mark at the edge.
    expect(Math.min(...rgb.subarray(20 * 3, 21 * 3))).toBeGreaterThan(200);
    end();
    expect((await measuring).some(({ name }) => name === 'camera.rate')).toBe(true);
    await expect(fetch(page)).rejects.toThrow();
  });

  it('has the camera of an access point as the gate sees it: turned, cropped, with its zone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lintel-camera-'));
    try {
      const file = join(folder, 'gate.yaml');
      const section = `zone: { left: 0.3, right: 0.7, top: 0, bottom: 1 }
    camera: { driver: libcamera-files, id: pattern, width: 640, height: 480, rotation: 90 }`;
      const text = readText('app/service/simulated/gate.yaml').replace(/camera:\s+driver: simulated/, section);
      writeFileSync(file, text);
      const { page, end, measuring } = await looking({ ...FILES, gate: { file } });
      expect(aboutOf(await fetch(`${page}frame`))).toMatchObject({
        width: 336,
        height: 640,
        zone: { left: expect.closeTo(0.15 / 0.7), right: expect.closeTo(0.55 / 0.7), top: 0, bottom: 1 },
      });
      end();
      await measuring;
      const back = { ...FILES, gate: { file, accessPoint: 'back' } };
      await expect(camera(back, aMachine())).rejects.toThrow(/found back, expected one of entrance/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('finds nothing wrong with a machine that has none', async () => {
    const results = await camera({ ...FILES, files: false }, aMachine());
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(results[0]?.value).toMatch(/^libcamera \d+\.\d+\.\d+$/);
  });

  it('is asked for by words that are checked', () => {
    const { seconds, ...endless } = FILES;
    const usual = { ...endless, files: false, width: 1280, height: 720, framesPerSecond: 30 };
    expect(readHardwareArguments(['camera'])).toEqual(usual);
    expect(readHardwareArguments(['camera', '--show'])).toEqual({ ...usual, show: true });
    expect(readHardwareArguments(['camera', '--no-show', '--format', 'MJPG'])).toEqual({
      ...usual,
      show: false,
      format: 'MJPG',
    });
    const ofGate = ['camera', '--config', 'gate.yaml', '--access-point', 'hall'];
    expect(readHardwareArguments(ofGate)).toEqual({ ...usual, gate: { file: 'gate.yaml', accessPoint: 'hall' } });
    const said = ['camera', '--form', 'files', '--size', '320x240', '--rate', '60', '--seconds', '1'];
    expect(readHardwareArguments(said)).toEqual({ ...FILES, seconds });
    for (const wrong of [
      ['--size', 'large'],
      ['--form', 'tape'],
      ['--rate', '0'],
      ['--lens', '1'],
      ['--format', 'H264'],
      ['--show', '--no-show'],
      ['--access-point', 'hall'],
      ['--config', 'gate.yaml', '--id', 'USB'],
    ]) {
      expect(() => readHardwareArguments(['camera', ...wrong])).toThrow(/hardware camera/);
    }
  });
});
