import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** WCAG 2.2: 4.5 for text, 3 for the edges of things to touch and for drawings that carry meaning. */
const TEXT_MIN = 4.5;
const DRAWN_MIN = 3;

const tokens = new Map(
  [...readFileSync('app/kiosk/tokens.css', 'utf8').matchAll(/--([\w-]+): #([0-9a-f]{6});/g)].map(([, name, hex]) => [
    name,
    hex,
  ]),
);

test.each([
  ['ink', 'paper', TEXT_MIN],
  ['ink', 'sheet', TEXT_MIN],
  ['quiet', 'paper', TEXT_MIN],
  ['quiet', 'sheet', TEXT_MIN],
  ['paper', 'ink', TEXT_MIN],
  ['ink', 'rule', TEXT_MIN],
  ['accent', 'paper', TEXT_MIN],
  ['accent', 'sheet', TEXT_MIN],
  ['on-accent', 'accent', TEXT_MIN],
  ['on-accent', 'ink', TEXT_MIN],
  ['stop', 'paper', DRAWN_MIN],
  ['edge', 'paper', DRAWN_MIN],
  ['edge', 'sheet', DRAWN_MIN],
])('%s can be read on %s', (front, back, least) => {
  expect(contrast(luminance(front), luminance(back))).toBeGreaterThanOrEqual(least);
});

test('the contrast of black on white is 21, as the standard says', () => {
  expect(contrast(1, 0)).toBe(21);
});

function luminance(token: string): number {
  const hex = tokens.get(token);
  if (hex === undefined) throw new Error(`tokens.css: found no colour ${token}`);
  const [red, green, blue] = [0, 2, 4].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

const linear = (share: number): number => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);

const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
