import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import type { Camera } from '#core/ports/camera.ts';
import { openReplayCamera } from '#drivers/camera/replayCamera.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { deliver, describeCamera, nextFrame, pictureReady, type CameraRig } from './cameraContract.ts';
import { busy, jpegEncoder, plain, type EncodeJpeg } from './pictures.ts';
import { y4mFile } from './y4m.ts';

let folder: string;
let encode: EncodeJpeg;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lintel-replay-'));
  encode = await jpegEncoder();
});
afterAll(() => rm(folder, { recursive: true }));

const containing = (text: string): unknown => expect.stringContaining(text);
const levels = [40, 120, 200];
let made = 0;

async function file(bytes: Uint8Array, name = `file${++made}`): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

async function pictures(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const path = join(folder, `pictures${++made}`);
  await mkdir(path);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  return path;
}

const grey = (level: number, width = 32, height = 24) => plain(width, height, [level, level, level]);
const jpegs = () => levels.map((level) => encode(grey(level)));
const folderOfPictures = () => {
  const [first, second, third] = jpegs();
  return pictures({ 'b.jpeg': second!, 'a.jpg': first!, 'c.JPG': third!, 'notes.txt': new Uint8Array(3) });
};
const mjpeg = () => file(Buffer.concat(jpegs()));
const y4m = (parameters?: string) =>
  file(
    y4mFile(
      levels.map((level) => grey(level)),
      parameters,
    ),
  );

async function rigOf(path: string, periodMs = 100): Promise<CameraRig> {
  const clock = new FakeClock();
  const camera = await openReplayCamera({ name: 'replay', path, framesPerSecond: 10, clock });
  return { camera, clock, periodMs, [Symbol.asyncDispose]: () => Promise.resolve() };
}

describeCamera('a folder of pictures', async () => rigOf(await folderOfPictures()));
describeCamera('an MJPEG file', async () => rigOf(await mjpeg()));
describeCamera('a y4m file', async () => rigOf(await y4m(), 40));

/** The first red of each of the next pictures. */
async function seen(rig: CameraRig, count: number): Promise<number[]> {
  const stream = rig.camera.frames();
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    await deliver(rig, 1);
    using frame = await nextFrame(stream);
    found.push(frame.pixels[0]!);
  }
  await stream.close();
  return found;
}

/** What a camera says of its pictures at last. */
async function faultOf(path: string): Promise<Fault> {
  const clock = new FakeClock();
  const camera: Camera = await openReplayCamera({ name: 'replay', path, framesPerSecond: 10, clock });
  const stream = camera.frames();
  try {
    for (let i = 0; i < 10; i++) {
      const asked = stream.next();
      const ready = pictureReady(clock).then(() => clock.advance(200));
      // Where it fails nothing is ever ready.
      ready.catch(() => undefined);
      (await asked)?.[Symbol.dispose]();
      await ready;
    }
  } catch (thrown) {
    expect(await stream.next()).toBeUndefined();
    await camera.frames().close();
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error('nothing was wrong');
}

describe('a replay', () => {
  it('shows every picture in order and begins again', async () => {
    const near = (found: readonly number[]) => found.map((level) => Math.round(level / 40) * 40);
    for (const path of [await folderOfPictures(), await mjpeg()]) {
      expect(near(await seen(await rigOf(path), 7))).toEqual([40, 120, 200, 40, 120, 200, 40]);
    }
    const limited = levels.map((level) => Math.round(((level - 16) * 255) / 219));
    expect(await seen(await rigOf(await y4m(), 40), 4)).toEqual([...limited, limited[0]]);
  });

  it('keeps the pace of a y4m file, and its own where a file knows none', async () => {
    const unknown = await rigOf(await y4m('F0:0 Ip Cmono'), 100);
    expect(await seen(unknown, 2)).toHaveLength(2);
    const slow = await rigOf(await y4m('F2:1 Ip Cmono'), 500);
    const stream = slow.camera.frames();
    await deliver(slow, 1);
    (await nextFrame(stream))[Symbol.dispose]();
    let came = false;
    const next = stream.next().then((frame) => {
      came = true;
      return frame;
    });
    slow.clock.advance(499);
    await pictureReady(slow.clock);
    expect(came).toBe(false);
    slow.clock.advance(1);
    (await next)?.[Symbol.dispose]();
    await stream.close();
  });

  it('has its file open exactly while somebody looks', async () => {
    const isOpen = async (path: string): Promise<boolean> => {
      const open = await readdir('/proc/self/fd');
      const targets = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
      return targets.includes(path);
    };
    for (const path of [await mjpeg(), await y4m()]) {
      const rig = await rigOf(path);
      expect(await isOpen(path)).toBe(false);
      const stream = rig.camera.frames();
      await deliver(rig, 1);
      expect(await isOpen(path)).toBe(true);
      await stream.close();
      expect(await isOpen(path)).toBe(false);
    }
    const damaged = await file(y4mFile([grey(40), grey(80)]).subarray(0, -1));
    await faultOf(damaged);
    await expect.poll(() => isOpen(damaged)).toBe(false);
  });

  it('does not hurry after pictures that it missed', async () => {
    const rig = await rigOf(await mjpeg());
    const stream = rig.camera.frames();
    await deliver(rig, 1);
    rig.clock.advance(10_000);
    await pictureReady(rig.clock);
    rig.clock.advance(99);
    await pictureReady(rig.clock);
    using frame = await nextFrame(stream);
    expect(frame.sequence).toBe(3);
    await stream.close();
  });

  it('goes on with a picture of another size in the middle', async () => {
    const sizes: string[] = [];
    const one = encode(grey(40));
    const other = encode(grey(40, 48, 16));
    for (const path of [
      await pictures({ '1.jpg': one, '2.jpg': other, '3.jpg': one }),
      await file(Buffer.concat([one, other, one])),
    ]) {
      const rig = await rigOf(path);
      const stream = rig.camera.frames();
      for (let i = 0; i < 3; i++) {
        await deliver(rig, 1);
        using frame = await nextFrame(stream);
        sizes.push(`${frame.width}x${frame.height}/${frame.pixels.length}`);
      }
      await stream.close();
    }
    expect(sizes).toEqual(Array.from({ length: 2 }, () => ['32x24/2304', '48x16/2304', '32x24/2304']).flat());
  });

  it('has a living scene to offer in a video alone', async () => {
    const found = [];
    for (const path of [await folderOfPictures(), await mjpeg(), await y4m()]) {
      found.push((await rigOf(path)).camera.capabilities.temporalPad);
    }
    expect(found).toEqual([false, true, true]);
  });

  it('knows the colours of every y4m form that it takes', async () => {
    const colour = { y: 128, u: 90, v: 180 };
    const planes = { '420': [2, 2], '420jpeg': [2, 2], '422': [2, 4], '444': [4, 4] } as const;
    for (const [space, [across, down]] of Object.entries(planes)) {
      const samples = (value: number, count: number) => new Uint8Array(count).fill(value);
      const frame = [samples(colour.y, 16), samples(colour.u, across * down), samples(colour.v, across * down)];
      const header = Buffer.from(`YUV4MPEG2 W4 H4 F25:1 C${space} XCOLORRANGE=FULL\n`);
      const rig = await rigOf(await file(Buffer.concat([header, Buffer.from('FRAME Ip\n'), ...frame])), 40);
      const stream = rig.camera.frames();
      await deliver(rig, 1);
      using picture = await nextFrame(stream);
      // BT.601 by hand: 128 + 1.402 * 52, 128 + 0.344 * 38 - 0.714 * 52, 128 - 1.772 * 38
      expect(Array.from(picture.pixels.slice(-3)).map((value, i) => Math.abs(value - [201, 104, 61][i]!) <= 1)).toEqual(
        [true, true, true],
      );
      await stream.close();
    }
  });
});

describe('what cannot be replayed', () => {
  it('is named at once where the path holds neither pictures nor video', async () => {
    const open = (path: string) =>
      openReplayCamera({ name: 'replay', path, framesPerSecond: 10, clock: new FakeClock() });
    const places = [
      [join(folder, 'missing'), 'ENOENT'],
      [await pictures({ 'notes.txt': new Uint8Array(3) }), '0 pictures'],
      [await file(new Uint8Array(0)), 'an empty file'],
      [await file(Buffer.from('RIFF....')), 'a file beginning 52494646'],
      ['/dev/null', 'neither file nor folder'],
    ] as const;
    for (const [path, found] of places) {
      await expect(open(path)).rejects.toMatchObject({
        code: 'camera',
        thing: path,
        found: containing(found),
      });
    }
    const path = await mjpeg();
    for (const framesPerSecond of [0, -1, Number.NaN]) {
      await expect(
        openReplayCamera({ name: 'replay', path, framesPerSecond, clock: new FakeClock() }),
      ).rejects.toBeInstanceOf(Fault);
    }
  });

  it('ends the stream and is told by name and place where a picture is damaged', async () => {
    const good = encode(busy(32, 24));
    const cut = good.subarray(0, good.length - 40);
    const path = await pictures({ '1.jpg': good, '2.jpg': cut });
    expect(await faultOf(path)).toMatchObject({ code: 'picture', thing: join(path, '2.jpg') });

    const video = await file(Buffer.concat([good, cut]));
    expect(await faultOf(video)).toMatchObject({
      code: 'picture',
      thing: `${video}, picture 2 at byte ${good.length}`,
    });

    const torn = await file(Buffer.concat([good, Buffer.from('noise'), good]));
    expect(await faultOf(torn)).toMatchObject({ code: 'picture', found: '6E at byte 0' });
  });

  it('is told by name and place where a y4m file is cut off or says what it must not', async () => {
    const whole = y4mFile([grey(40), grey(80)]);
    const frameBytes = 'FRAME\n'.length + 32 * 24;
    const second = whole.length - frameBytes;
    for (const [lost, where] of [
      [1, 'its end after 767 bytes'],
      [770, 'no end of a line'],
    ] as const) {
      const path = await file(whole.subarray(0, whole.length - lost));
      expect(await faultOf(path)).toMatchObject({
        code: 'picture',
        thing: `${path}, frame 2 at byte ${second}`,
        found: containing(where),
      });
    }
    const headers = [
      ['YUV4MPEG2 W32 Cmono', 'H nothing'],
      ['YUV4MPEG2 W32 Hx Cmono', 'H x'],
      ['YUV4MPEG2 W99999 H99999', '99999x99999'],
      ['YUV4MPEG2 W32 H24 It', 'interlacing t'],
      ['YUV4MPEG2 W32 H24 C420p10', 'colour space 420p10'],
      ['YUV4MPEG2 W32 H24 Cconstructor', 'colour space constructor'],
      ['YUV4MPEG2 W32 H24 F30', 'rate 30'],
      [`YUV4MPEG2 ${'X'.repeat(300)}`, 'no end of a line within 256 bytes'],
    ] as const;
    for (const [header, found] of headers) {
      const path = await file(Buffer.from(`${header}\nFRAME\n`));
      expect(await faultOf(path)).toMatchObject({ thing: `${path}, header`, found: containing(found) });
    }
    const path = await file(Buffer.from('YUV4MPEG2 W32 H24 Cmono\n'));
    expect(await faultOf(path)).toMatchObject({ thing: `${path}, frame 1 at byte 24` });
  });
});
