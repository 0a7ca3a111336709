import type { QrCode } from '#service/qrDrawer.ts';

/** Of a version 1 code, level L: modules a side, codewords of data and of error correction (ISO/IEC 18004). */
const SIDE = 21;
const DATA = 19;
const CORRECTION = [87, 229, 146, 149, 238, 102, 21] as const;
/** Level L with mask 0, with its own error correction and mask, most significant bit first. */
const FORMAT = 0b111_0111_1100_0100;

/** The first of three codes in structured append: no library here writes one. */
export function firstOfThree(text: string): QrCode {
  const bits: number[] = [];
  const put = (value: number, count: number): void => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  put(0b0011, 4);
  put(0, 4);
  put(2, 4);
  put(0x5a, 8);
  put(0b0100, 4);
  put(text.length, 8);
  for (const character of text) put(character.charCodeAt(0), 8);
  put(0, 4);
  while (bits.length % 8 !== 0) bits.push(0);
  const words = Array.from({ length: bits.length / 8 }, (_, i) =>
    bits.slice(8 * i, 8 * i + 8).reduce((sum, bit) => 2 * sum + bit, 0),
  );
  for (let pad = 0; words.length < DATA; pad++) words.push(pad % 2 === 0 ? 0xec : 0x11);
  return { side: SIDE, modules: placed([...words, ...correctionOf(words)]), svg: '' };
}

/** The remainder of Reed-Solomon over GF(256) with the polynomial 0x11d. */
function correctionOf(words: readonly number[]): number[] {
  const exp: number[] = [];
  for (let value = 1, i = 0; i < 255; i++) {
    exp.push(value);
    value <<= 1;
    if (value > 255) value ^= 0x11d;
  }
  const left = [...words, ...CORRECTION.map(() => 0)];
  for (let i = 0; i < words.length; i++) {
    const lead = left[i]!;
    if (lead === 0) continue;
    for (const [j, power] of CORRECTION.entries()) left[i + 1 + j]! ^= exp[(exp.indexOf(lead) + power) % 255]!;
  }
  return left.slice(words.length);
}

function placed(words: readonly number[]): Uint8Array {
  const modules = new Uint8Array(SIDE ** 2).fill(255);
  const fixed = new Uint8Array(SIDE ** 2);
  const set = (row: number, column: number, isDark: boolean): void => {
    modules[row * SIDE + column] = isDark ? 0 : 255;
    fixed[row * SIDE + column] = 1;
  };
  for (const [top, left] of [
    [0, 0],
    [0, SIDE - 7],
    [SIDE - 7, 0],
  ] as const)
    for (let y = -1; y <= 7; y++)
      for (let x = -1; x <= 7; x++) {
        const [row, column] = [top + y, left + x];
        if (row < 0 || column < 0 || row >= SIDE || column >= SIDE) continue;
        const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
        set(row, column, ring !== 2 && ring <= 3);
      }
  for (let i = 8; i < SIDE - 8; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  const around = [0, 1, 2, 3, 4, 5, 7, 8];
  for (let i = 0; i < 15; i++) {
    const isDark = ((FORMAT >> i) & 1) === 1;
    if (i < 8) set(around[i]!, 8, isDark);
    else set(8, around[14 - i]!, isDark);
    if (i < 8) set(8, SIDE - 1 - i, isDark);
    else set(SIDE - 15 + i, 8, isDark);
  }
  set(SIDE - 8, 8, true);
  let bit = 0;
  for (let right = SIDE - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < SIDE; step++) {
      const isUpwards = ((right + 1) & 2) === 0;
      const row = isUpwards ? SIDE - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (fixed[row * SIDE + column] === 1) continue;
        const value = ((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
        bit++;
        modules[row * SIDE + column] = (value === 1) !== ((row + column) % 2 === 0) ? 0 : 255;
      }
    }
  }
  return modules;
}
