/// <reference lib="dom" />
import { beforeEach, expect, test } from 'vitest';
import { MIRROR_HEADER_BYTES } from '#contract/mirrorFrame.ts';
import type { KioskView, Screen } from '#contract/kioskView.ts';
import { KioskRig, shown } from './kioskRig.ts';

const WIDTH = 320;
const HEIGHT = 240;
const LOOKING: Extract<Screen, { kind: 'looking' }> = {
  kind: 'looking',
  guidance: 'come-closer',
  progress: 1 / 3,
  outline: { x: 0.36, y: 0.22, width: 0.26, height: 0.44 },
};

const kiosk = new KioskRig();

beforeEach(() => kiosk.show(look('mirror')));

const look = (preview: KioskView['preview'], screen: Screen = LOOKING): KioskView =>
  shown({ preview, cameraOn: true, screen });

/** A soft picture of nobody. */
function picture(): Uint8Array {
  const message = new Uint8Array(MIRROR_HEADER_BYTES + WIDTH * HEIGHT * 3);
  new DataView(message.buffer).setUint16(0, WIDTH, true);
  new DataView(message.buffer).setUint16(2, HEIGHT, true);
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    const near = Math.hypot((at % WIDTH) / WIDTH - 0.49, Math.floor(at / WIDTH) / HEIGHT - 0.44) < 0.2;
    message.set(near ? [214, 176, 150] : [70, 90, 110], MIRROR_HEADER_BYTES + at * 3);
  }
  return message;
}

/** The sum of every byte of the canvas, kept hold of from outside so that it can be read after it has left the kiosk.page. */
const brightness = (): Promise<number> =>
  kiosk.page.evaluate(() => {
    const held = window as unknown as { canvas?: HTMLCanvasElement | null };
    held.canvas ??= document.querySelector('canvas');
    const { canvas } = held;
    if (canvas === null) return -1;
    return canvas
      .getContext('2d')!
      .getImageData(0, 0, canvas.width, canvas.height)
      .data.reduce((sum, value) => sum + value, 0);
  });

async function showPicture(): Promise<void> {
  kiosk.server.sendRaw(picture());
  await expect.poll(brightness).toBeGreaterThan(WIDTH * HEIGHT * 255);
}

test('the mirror shows the picture as it came', async () => {
  await showPicture();
  const pixel = await kiosk.page.evaluate(() => [
    ...document.querySelector('canvas')!.getContext('2d')!.getImageData(0, 0, 1, 1).data,
  ]);
  expect(pixel).toEqual([70, 90, 110, 255]);
  await kiosk.page.screenshot({ path: 'build/screenshots/kiosk/portrait-en-looking-mirror-live.png' });
});

test('a cleared picture leaves zeros in the canvas', async () => {
  await showPicture();
  kiosk.server.sendRaw(new Uint8Array([0, 0, 0, 0]));
  await expect.poll(brightness).toBe(0);
});

test('the end of the presentation leaves zeros in the canvas, also where nobody cleared it', async () => {
  await showPicture();
  kiosk.server.show(look('mirror', { kind: 'granted', by: 'face' }));
  await kiosk.page.locator('main[data-screen=granted]').waitFor();
  expect(await kiosk.page.locator('canvas').count()).toBe(0);
  expect(await brightness()).toBe(0);
});

test('a terminal that dies leaves zeros in the canvas', async () => {
  await showPicture();
  kiosk.server.hangUp();
  await expect.poll(brightness).toBe(0);
});

test('a page that is hidden leaves zeros in the canvas and takes no picture in', async () => {
  await showPicture();
  await kiosk.page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  expect(await brightness()).toBe(0);
  kiosk.server.sendRaw(picture());
  kiosk.server.show(look('mirror', { ...LOOKING, guidance: 'hold-still' }));
  await kiosk.page.getByText('Hold still', { exact: true }).waitFor();
  expect(await brightness()).toBe(0);
});

test('a picture whose size is not what it says is not drawn', async () => {
  await showPicture();
  kiosk.server.sendRaw(new Uint8Array([0, 0, 0, 0]));
  await expect.poll(brightness).toBe(0);
  kiosk.server.sendRaw(picture().subarray(0, 999));
  kiosk.server.show(look('mirror', { ...LOOKING, guidance: 'hold-still' }));
  await kiosk.page.getByText('Hold still', { exact: true }).waitFor();
  expect(await brightness()).toBe(0);
});

test('in the outline preview there is no canvas, whatever is sent', async () => {
  kiosk.server.show(look('outline'));
  await expect.poll(() => kiosk.page.locator('canvas').count()).toBe(0);
  kiosk.server.sendRaw(picture());
  kiosk.server.show(look('outline', { ...LOOKING, guidance: 'hold-still' }));
  await kiosk.page.getByText('Hold still', { exact: true }).waitFor();
  expect(await kiosk.page.locator('canvas').count()).toBe(0);
  expect(await kiosk.page.locator('ellipse.head').count()).toBe(1);
});
