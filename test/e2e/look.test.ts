/// <reference lib="dom" />
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GateFolder, type Change } from './support/gateFolder.ts';
import { GateProcess } from './support/gateProcess.ts';
import { buildPages, Screens, soon } from './support/screens.ts';

const TEST_MS_MAX = 60_000;
const TAP_TO_LOOK: Change = [['access-points', 0, 'mode'], 'tap-to-look'];

let open: AsyncDisposableStack;
let folder: GateFolder;

beforeEach(async () => {
  open = new AsyncDisposableStack();
  folder = open.use(new GateFolder());
  await buildPages(folder);
}, TEST_MS_MAX);

afterEach(() => open.disposeAsync());

async function openGate(...changes: readonly Change[]): Promise<Screens> {
  folder.configure([['kiosk', 'outcome-ms'], 2_000], ...changes);
  const gate = open.use(new GateProcess(folder));
  return open.use(await Screens.open(folder, await gate.ready));
}

test(
  'the camera is closed until somebody touches "Face", and closes again after, whoever it was',
  { timeout: TEST_MS_MAX },
  async () => {
    const screens = await openGate(TAP_TO_LOOK);
    await screens.simulate('The enrolled person, in another photograph');
    await screens.shows('idle');
    await screens.says('Camera off');
    await screens.says('Touch to open the camera.');
    await screens.photograph('tap-idle');
    await screens.simulate('Nobody');
    await screens.touch('Face Touch to open the camera.');
    await screens.shows('looking');
    await screens.says('Camera on');
    await screens.says('Step in front');
    await screens.photograph('tap-step-in-front');
    expect(await screens.kiosk.locator('canvas').count()).toBe(0);
    await screens.simulate('The enrolled person, in another photograph');
    await screens.shows('granted');
    await screens.factIs('Relay', 'energised');
    await screens.says('Camera off');
    await screens.shows('idle');
    await screens.says('Camera off');
    await screens.factIs('Relay', 'de-energised');

    await screens.simulate('Somebody else who is not enrolled');
    await screens.touch('Face Touch to open the camera.');
    await screens.shows('denied');
    await screens.says('Camera off');
    // Who asked for something is in the journal with place, time and reason, and with nothing else.
    const entry = /^\d+ {2}[\d:]{8} {2}access-denied {2}entrance not-recognised$/;
    await soon(async () => (await screens.lines('Journal'))[0], entry);
    await screens.factIs('Relay', 'de-energised');
    expect(screens.broken).toEqual([]);
  },
);

/** By the gate's usual strictness, which is the one of the enrolment as well. */
async function takePeopleIn(): Promise<void> {
  folder.configure([['access-points', 0, 'camera', 'driver'], 'none']);
  await using first = new GateProcess(folder);
  await first.ready;
}

/** Of the mirror's canvas: how many numbers it holds, and how many of them are not nought. Runs in the page. */
const measureCanvas = (canvas: HTMLCanvasElement): { all: number; drawn: number } => {
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d', { willReadFrequently: true })!.getImageData(0, 0, width, height);
  return { all: data.length, drawn: data.filter((value) => value !== 0).length };
};

test(
  'the mirror shows a live picture while somebody is looked at, and is overwritten after',
  { timeout: TEST_MS_MAX },
  async () => {
    await takePeopleIn();
    // Nobody is ever near enough, so that the looking goes on until it is cancelled.
    const farAway: Change = [['biometrics'], { quality: { 'face-width-min': 2_000 } }];
    const screens = await openGate(TAP_TO_LOOK, farAway, [['kiosk', 'preview'], 'mirror']);
    await screens.simulate('The enrolled person, in another photograph');
    await screens.touch('Face Touch to open the camera.');
    await screens.says('Come closer');
    const canvas = screens.kiosk.locator('canvas');
    await soon(async () => `${(await canvas.evaluate(measureCanvas)).drawn}`, /^\d{6}/);
    await screens.photograph('mirror-come-closer');
    const kept = await canvas.elementHandle();
    await screens.touch('Cancel');
    await screens.shows('idle');
    const { all, drawn } = await kept.evaluate(measureCanvas);
    expect(all).toBeGreaterThan(100_000);
    expect(drawn).toBe(0);
    expect(screens.broken).toEqual([]);
  },
);
