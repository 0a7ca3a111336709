import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KioskView } from '#contract/kioskView.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { openGate, type OpenGate } from '#service/openGate.ts';
import { BUILT_IN_GATE, programFolders, readConfig, readModels } from '#service/readConfig.ts';
import { readDemonstration } from '#service/simulated/demonstration.ts';
import { SimulatedWorld } from '#service/simulated/world.ts';
import { jpegEncoder } from '../../../scripts/traces/jpegEncoder.ts';
import { BUILD_MS_MAX, makeNative } from '../../drivers/camera/shim/build.ts';
import { ROOT } from '../../e2e/support/gateFolder.ts';

const WAIT = { timeout: 30_000, interval: 20 };
const clock = new SystemClock();
const demonstration = readDemonstration();
const folders = programFolders(ROOT);

let folder: string;
let pictures: string;
let open: OpenGate;
let view: KioskView;
const granted: string[] = [];

beforeAll(async () => {
  makeNative('files');
  folder = mkdtempSync(join(tmpdir(), 'lintel-shim-gate-'));
  pictures = join(folder, 'pictures');
  mkdirSync(pictures);
  writeFileSync(join(pictures, '1.jpg'), await photograph('enrolled'));
  const models = readModels(folders.models);
  const file = join(folder, 'gate.yaml');
  const camera = 'camera:\n      driver: libcamera-files\n      id: pictures\n      width: 480\n      height: 640';
  const text = readFileSync(BUILT_IN_GATE, 'utf8').replace('camera:\n      driver: simulated', camera);
  expect(text).toContain('libcamera-files');
  writeFileSync(file, text);
  const config = readConfig({ file, simulated: true, folder }, models);
  open = await openGate({ config, models, folders, clock, random: new SystemRandom() });
  open.endpoints.kiosk.subscribe(
    (now) => {
      view = now;
      if (now.screen.kind === 'granted') granted.push(now.screen.by);
    },
    () => undefined,
  );
}, BUILD_MS_MAX);

afterAll(async () => {
  await open.close();
  rmSync(folder, { recursive: true });
});

/** The scene as a camera would see it. */
async function photograph(scene: string): Promise<Uint8Array> {
  const world = await SimulatedWorld.create({ scenes: demonstration.scenes, folder: folders.pictures }, clock);
  const camera = await world.openCamera('studio' as AccessPointId);
  camera.show(scene);
  const stream = camera.frames();
  using frame = await stream.next();
  const encode = await jpegEncoder();
  const bytes = encode({ width: frame!.width, height: frame!.height, rgb: Uint8Array.from(frame!.pixels) });
  await stream.close();
  await world.close();
  return bytes;
}

const faceLine = () => open.gate.health.lines.find(({ part }) => part === 'face at entrance');

it('a face that comes through the shim opens the door', async () => {
  await expect.poll(() => granted, WAIT).toContain('face');
  expect(view.cameraOn).toBe(true);
});

it('a camera that is unplugged is told on the health page, and a card goes on opening the door', async () => {
  renameSync(join(pictures, '1.jpg'), join(pictures, 'away'));
  await expect.poll(() => faceLine()?.level, WAIT).toBe('failed');
  expect(faceLine()?.says).toContain('camera at entrance');
  expect(faceLine()?.says).toContain('unplugged');
  await expect.poll(() => view.screen.kind, WAIT).toBe('idle');
  const [person] = demonstration.people;
  open.endpoints.simulator?.command({ kind: 'show-card', card: person!.card.id });
  await expect.poll(() => granted, WAIT).toContain('card');
});

it('and comes back by itself', async () => {
  renameSync(join(pictures, 'away'), join(pictures, '1.jpg'));
  granted.length = 0;
  await expect.poll(() => granted, WAIT).toContain('face');
  expect(faceLine()?.level).toBe('ok');
});
