import type { RgbPicture } from '#drivers/camera/scenes.ts';
import type { QrCode } from '../qrDrawer.ts';

/** The camera's picture, the telephone in it, and the code on the telephone, in pixels. */
const SIZE = { width: 640, height: 480 };
const QUIET_MODULES = 4;
const WALL = 118;
const GLASS = 245;
const INK = 20;

/** A wall with a code held up before it. `side`: of the code with its quiet zone, in pixels of the picture. */
export function heldUp({ side: modules, modules: dark }: QrCode, side = 240): RgbPicture {
  const { width, height } = SIZE;
  const rgb = new Uint8Array(width * height * 3).fill(WALL);
  const whole = modules + 2 * QUIET_MODULES;
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const column = Math.floor((x * whole) / side) - QUIET_MODULES;
      const row = Math.floor((y * whole) / side) - QUIET_MODULES;
      const isInside = column >= 0 && row >= 0 && column < modules && row < modules;
      const value = isInside && dark[row * modules + column] === 0 ? INK : GLASS;
      rgb.fill(value, ((top + y) * width + left + x) * 3, ((top + y) * width + left + x + 1) * 3);
    }
  }
  return { width, height, rgb };
}
