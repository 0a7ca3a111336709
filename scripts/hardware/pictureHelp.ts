import type { Rectangle } from '#drivers/camera/shim/structs.ts';
import type { SeenZone } from '#drivers/camera/shim/zone.ts';

/** Where faces are expected when nobody says it. */
export const MIDDLE: SeenZone = { left: 0.25, top: 0.25, right: 0.75, bottom: 0.75 };

/** Mean brightness of the zone, 0 to 255, within which faces keep their detail. */
const DARK = 60;
const BRIGHT = 190;
/** A channel that says no more than this is white whatever was there, and the share of the zone that may be so. */
const BURNT = 250;
const BURNT_SHARE_MAX = 0.05;
/** What is around the zone is so many times as bright as a zone that is not bright itself. */
const BACKLIT_RATIO = 1.8;
const BACKLIT_BRIGHTNESS_MAX = 100;
/** Every so many pixels one is looked at for brightness; for sharpness all of every so many rows. */
const BRIGHTNESS_STEP = 4;
const SHARPNESS_STEP = 2;
/** Of RGB in brightness (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114] as const;

export type LightVerdict = 'good' | 'too-dark' | 'too-bright' | 'burnt-out' | 'backlit';

/** What helps to turn a lens and to light a place. */
export interface PictureHelp {
  /** Highest where the lens is in focus; compares with the same camera before the same scene alone. */
  readonly sharpness: number;
  /** Mean of the zone, 0 to 255. */
  readonly brightness: number;
  /** Share of the zone that is plain white, 0 to 1. */
  readonly burnt: number;
  readonly light: LightVerdict;
}

/** RGB, 8 bits a channel, rows without padding. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

export function helpFor(picture: Picture, seen: SeenZone = MIDDLE): PictureHelp {
  const zone = pixelsOf(seen, picture);
  const { brightness, around, burnt } = lightOf(picture, zone);
  return { sharpness: sharpnessOf(picture, zone), brightness, burnt, light: verdictOf({ brightness, around, burnt }) };
}

function pixelsOf({ left, top, right, bottom }: SeenZone, { width, height }: Picture): Rectangle {
  const [x, y] = [Math.floor(Math.max(0, left) * width), Math.floor(Math.max(0, top) * height)];
  return {
    x,
    y,
    width: Math.ceil(Math.min(1, right) * width) - x,
    height: Math.ceil(Math.min(1, bottom) * height) - y,
  };
}

interface Light {
  readonly brightness: number;
  /** Outside of the zone; as in it where there is nothing else. */
  readonly around: number;
  readonly burnt: number;
}

function lightOf({ width, height, pixels }: Picture, zone: Rectangle): Light {
  let [inside, outside, white] = [0, 0, 0];
  let [insideCount, outsideCount] = [0, 0];
  for (let y = 0; y < height; y += BRIGHTNESS_STEP) {
    for (let x = 0; x < width; x += BRIGHTNESS_STEP) {
      const at = (y * width + x) * 3;
      const [red, green, blue] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
      const luma = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;
      if (x >= zone.x && x < zone.x + zone.width && y >= zone.y && y < zone.y + zone.height) {
        inside += luma;
        insideCount++;
        if (red >= BURNT && green >= BURNT && blue >= BURNT) white++;
      } else {
        outside += luma;
        outsideCount++;
      }
    }
  }
  const brightness = inside / Math.max(1, insideCount);
  const around = outsideCount === 0 ? brightness : outside / outsideCount;
  return { brightness, around, burnt: white / Math.max(1, insideCount) };
}

function verdictOf({ brightness, around, burnt }: Light): LightVerdict {
  if (burnt > BURNT_SHARE_MAX) return 'burnt-out';
  if (brightness > BRIGHT) return 'too-bright';
  if (brightness < BACKLIT_BRIGHTNESS_MAX && around > brightness * BACKLIT_RATIO && around > DARK) return 'backlit';
  return brightness < DARK ? 'too-dark' : 'good';
}

/** Square root of the variance of the Laplacian (Pech-Pacheco and others 2000) of green. Noise raises it as well. */
function sharpnessOf({ width, height, pixels }: Picture, zone: Rectangle): number {
  const row = width * 3;
  let [sum, squares, count] = [0, 0, 0];
  const [right, bottom] = [Math.min(zone.x + zone.width, width - 1), Math.min(zone.y + zone.height, height - 1)];
  for (let y = Math.max(1, zone.y); y < bottom; y += SHARPNESS_STEP) {
    for (let x = Math.max(1, zone.x); x < right; x++, count++) {
      const at = y * row + x * 3 + 1;
      const around = pixels[at - 3]! + pixels[at + 3]! + pixels[at - row]! + pixels[at + row]!;
      const edge = around - 4 * pixels[at]!;
      sum += edge;
      squares += edge * edge;
    }
  }
  return count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}
