import { describe, expect, it } from 'vitest';
import { helpFor, type Picture } from '../../scripts/hardware/pictureHelp.ts';

const WIDTH = 160;
const HEIGHT = 120;

/** A grey picture. */
function picture(brightness: (x: number, y: number) => number): Picture {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    pixels.fill(brightness(at % WIDTH, Math.floor(at / WIDTH)), at * 3, at * 3 + 3);
  }
  return { width: WIDTH, height: HEIGHT, pixels };
}

const isMiddle = (x: number, y: number): boolean =>
  x >= WIDTH / 4 && x < (WIDTH * 3) / 4 && y >= HEIGHT / 4 && y < (HEIGHT * 3) / 4;

describe('what helps an installer', () => {
  it.each([
    ['good', () => 110],
    ['too-dark', () => 20],
    ['too-bright', () => 220],
    ['burnt-out', (x: number) => (x > WIDTH / 2 && x < WIDTH * 0.6 ? 255 : 110)],
    ['backlit', (x: number, y: number) => (isMiddle(x, y) ? 50 : 200)],
  ] as const)('says %s of such a picture', (light, brightness) => {
    expect(helpFor(picture(brightness)).light).toBe(light);
  });

  it('looks at the zone of the gate where it knows it', () => {
    const half = picture((x) => (x < WIDTH / 2 ? 10 : 110));
    const zone = { top: 0, bottom: 1 };
    expect(helpFor(half, { ...zone, left: 0.5, right: 1 })).toMatchObject({ light: 'good', brightness: 110 });
    expect(helpFor(half, { ...zone, left: 0, right: 0.5 })).toMatchObject({ light: 'backlit', brightness: 10 });
  });

  it('finds less sharpness the more an edge is blurred, wherever it lies, and none in a plain wall', () => {
    const edge = (at: number, blur: number) =>
      helpFor(picture((x) => 60 + 100 / (1 + Math.exp((at - x) / blur)))).sharpness;
    for (const at of [70, 70.5, 71, 71.5]) {
      const [sharp, ...blurred] = [0.3, 1, 2, 4].map((blur) => edge(at, blur));
      let before = sharp!;
      for (const found of blurred) {
        expect(found).toBeLessThan(before);
        before = found;
      }
    }
    expect(helpFor(picture(() => 110)).sharpness).toBe(0);
  });
});
