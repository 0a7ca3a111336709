import { Fault } from '#core/kernel/fault.ts';
import { checkPictureSize } from './pictureLimits.ts';

/** Where the samples of one y4m frame lie, and how they are to be read. */
export interface Y4mFormat {
  readonly width: number;
  readonly height: number;
  /** By how much a chroma plane is smaller, as shifts; `undefined` where there is none. */
  readonly chroma: { readonly across: 0 | 1; readonly down: 0 | 1 } | undefined;
  /** `full`: 0..255; otherwise 16..235, as video usually is. */
  readonly range: 'full' | 'limited';
  readonly frameBytes: number;
  /** As the header says, where it does. */
  readonly framesPerSecond: number | undefined;
}

export const Y4M_MAGIC = 'YUV4MPEG2';

const CHROMA: Readonly<Record<string, Y4mFormat['chroma']>> = {
  '420': { across: 1, down: 1 },
  '420jpeg': { across: 1, down: 1 },
  '420mpeg2': { across: 1, down: 1 },
  '420paldv': { across: 1, down: 1 },
  '422': { across: 1, down: 0 },
  '444': { across: 0, down: 0 },
  mono: undefined,
};

/** @throws Fault `camera` naming what a header line says that cannot be read, `picture` for a size out of bounds. */
export function parseY4mHeader(line: string, path: string): Y4mFormat {
  const [magic, ...parameters] = line.split(' ');
  const fault = (found: string, expected: string): Fault =>
    new Fault('camera', { thing: `${path}, header`, found, expected });
  if (magic !== Y4M_MAGIC) throw fault(magic?.slice(0, 20) ?? '', Y4M_MAGIC);
  const value = (letter: string): string | undefined => parameters.find((one) => one.startsWith(letter))?.slice(1);
  const side = (letter: string): number => {
    const text = value(letter) ?? 'nothing';
    if (!/^\d{1,5}$/.test(text)) throw fault(`${letter} ${text}`, 'a number of pixels');
    return Number(text);
  };
  const [width, height] = [side('W'), side('H')];
  checkPictureSize(`${path}, header`, width, height);
  const interlacing = value('I') ?? 'p';
  if (interlacing !== 'p' && interlacing !== '?') throw fault(`interlacing ${interlacing}`, 'progressive frames (Ip)');
  const space = value('C') ?? '420';
  if (!Object.hasOwn(CHROMA, space)) throw fault(`colour space ${space}`, `one of ${Object.keys(CHROMA).join(', ')}`);
  const chroma = CHROMA[space];
  const planeBytes = chroma === undefined ? 0 : chromaSide(width, chroma.across) * chromaSide(height, chroma.down);
  const range = parameters.includes('XCOLORRANGE=FULL') ? 'full' : 'limited';
  const frameBytes = width * height + 2 * planeBytes;
  return { width, height, chroma, range, frameBytes, framesPerSecond: rateOf(value('F'), fault) };
}

/** Samples along one side of a chroma plane. */
export const chromaSide = (side: number, shift: 0 | 1): number => (side + shift) >> shift;

function rateOf(text: string | undefined, fault: (found: string, expected: string) => Fault): number | undefined {
  if (text === undefined) return undefined;
  const [, frames, seconds] = /^(\d{1,9}):(\d{1,9})$/.exec(text) ?? [];
  if (frames === undefined || seconds === undefined) throw fault(`rate ${text}`, 'frames:seconds');
  // 0:0 is a rate that nobody knows.
  return Number(frames) === 0 || Number(seconds) === 0 ? undefined : Number(frames) / Number(seconds);
}
