import type { QrCode } from '#service/qrDrawer.ts';
import { frameOf, type TestFrame } from '../pictures.ts';

export interface Shown {
  /** Of the code with its quiet zone, in pixels. */
  readonly side: number;
  readonly turnDegrees?: number;
  /** Pixels to each side that are averaged, as a lens out of focus does. */
  readonly blur?: number;
  /** Light on dark. */
  readonly inverted?: boolean;
  /** Grey values that are added or taken away at random. */
  readonly noise?: number;
}

const SIZE = { width: 640, height: 480 };
const QUIET = 4;
const SAMPLES = 3;

/** A code before a wall, in a picture of 640 x 480, sampled as a camera would. */
export function showing({ side: modules, modules: dark }: QrCode, shown: Shown): TestFrame {
  const { side, turnDegrees = 0, blur = 0, inverted = false, noise = 0 } = shown;
  const { width, height } = SIZE;
  const [sine, cosine] = [Math.sin((turnDegrees * Math.PI) / 180), Math.cos((turnDegrees * Math.PI) / 180)];
  const whole = modules + 2 * QUIET;
  const at = (x: number, y: number): number => {
    const [across, down] = [x - width / 2, y - height / 2];
    const column = ((across * cosine + down * sine) / side + 0.5) * whole;
    const row = ((-across * sine + down * cosine) / side + 0.5) * whole;
    if (column < 0 || row < 0 || column >= whole || row >= whole) return 110;
    const [i, j] = [Math.floor(column) - QUIET, Math.floor(row) - QUIET];
    const isDark = i >= 0 && j >= 0 && i < modules && j < modules && dark[j * modules + i] === 0;
    return isDark === inverted ? 235 : 25;
  };
  const grey = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < SAMPLES ** 2; i++)
        sum += at(x + ((i % SAMPLES) + 0.5) / SAMPLES, y + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES);
      grey[y * width + x] = sum / SAMPLES ** 2;
    }
  const blurred = blur === 0 ? grey : boxBlurred(grey, width, height, blur);
  let state = 7;
  const pixels = new Uint8Array(width * height * 3);
  for (const [i, value] of blurred.entries()) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    pixels.fill(Math.min(255, Math.max(0, value + ((state >>> 16) % (2 * noise + 1)) - noise)), i * 3, i * 3 + 3);
  }
  return frameOf(width, height, pixels);
}

function boxBlurred(grey: Float32Array, width: number, height: number, reach: number): Float32Array {
  const out = new Float32Array(grey.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let [sum, count] = [0, 0];
      for (let j = Math.max(0, y - reach); j <= Math.min(height - 1, y + reach); j++)
        for (let i = Math.max(0, x - reach); i <= Math.min(width - 1, x + reach); i++) {
          sum += grey[j * width + i]!;
          count++;
        }
      out[y * width + x] = sum / count;
    }
  return out;
}
