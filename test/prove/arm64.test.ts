import { describe, expect, it } from 'vitest';
import {
  judgeCamera,
  judgePin,
  judgePlatform,
  judgeSerial,
  judgeStorage,
  judgeVision,
} from '../../scripts/prove/arm64/judge.ts';
import { gistOf, readTold } from '../../scripts/prove/arm64/machines.ts';

const FACE = { x: 100, y: 50, width: 80, height: 100 };
const SEEN = { file: 'one.jpg', faces: [FACE, { ...FACE, x: 300 }], features: [0.6, 0.8, 0], live: 0.9 };
const seen = (differs: Partial<typeof SEEN> = {}) => ({ photographs: [{ ...SEEN, ...differs }] });

describe('what two machines see', () => {
  it('is the same where the least cosine of the features says so', () => {
    const arm64 = seen({ features: [0.600_001, 0.8, 0], faces: [{ ...FACE, x: 100.1 }, SEEN.faces[1]!] });
    expect(judgeVision({ x64: seen(), arm64 })).toMatchObject({ ok: true, value: 0.999999 });
  });

  it.each([
    ['other features', { features: [0.8, 0.6, 0] }],
    ['features of no number', { features: [NaN, 0.8, 0] }],
    ['fewer features', { features: [0.6, 0.8] }],
    ['a face less', { faces: [FACE] }],
    ['no face', { faces: [] }],
    ['a face elsewhere', { faces: [FACE, FACE] }],
    ['another liveness', { live: 0.7 }],
    ['another photograph', { file: 'two.jpg' }],
  ])('is not the same with %s', (_what, differs) => {
    expect(judgeVision({ x64: seen(), arm64: seen(differs) }).ok).toBe(false);
  });

  it('is nothing where nobody is in any photograph, or there is none', () => {
    const nobody = seen({ faces: [], features: [] });
    expect(judgeVision({ x64: nobody, arm64: nobody }).ok).toBe(false);
    expect(judgeVision({ x64: { photographs: [] }, arm64: { photographs: [] } }).ok).toBe(false);
  });
});

const framed = (name: string, ...levels: number[]) => ({
  frames: [{ name, pixels: Buffer.from(levels).toString('base64') }],
});

describe('a frame of two machines', () => {
  it.each([
    ['NV12 whole', [10, 20, 30], [12, 18, 30], true],
    ['NV12 whole', [10, 20, 30], [13, 20, 30], false],
    ['RGB3 whole', [10, 20, 30], [10, 20, 30], true],
    ['RGB3 whole', [10, 20, 30], [11, 20, 30], false],
    ['NV12 whole', [10, 20, 30], [10, 20], false],
    ['NV12 whole', [], [], false],
  ] as const)('%s of %j and %j is near enough: %s', (name, here, there, ok) => {
    expect(judgeCamera({ x64: framed(name, ...here), arm64: framed(name, ...there) }).ok).toBe(ok);
  });

  it('is wanted', () => {
    expect(judgeCamera({ x64: { frames: [] }, arm64: { frames: [] } }).ok).toBe(false);
  });
});

const OPENED = { folder: 'x64', enrolled: 3, people: 3, differences: [], pin: true, wrongPin: false };
const both = { found: [OPENED, { ...OPENED, folder: 'arm64' }] };

describe('a data folder of two machines', () => {
  it('is found as it was stored, with its PIN, by both', () => {
    const pair = { x64: both, arm64: both };
    expect([judgeStorage(pair), judgePin(pair)]).toMatchObject([
      { ok: true, value: '4 of 4 ways' },
      { ok: true, value: '4 of 4 ways' },
    ]);
  });

  it.each([
    [judgeStorage, { people: 2 }, '2 of 3 people'],
    [judgeStorage, { differences: ['template of 1'] }, 'template of 1'],
    [judgeStorage, { enrolled: 0, people: 0 }, '0 of 0 people'],
    [judgePin, { pin: false }, 'the PIN of x64 is refused on arm64'],
    [judgePin, { wrongPin: true }, 'another PIN than that of x64 is taken on arm64'],
  ])('%o tells what is not: %j', (judge, differs, told) => {
    const judgement = judge({ x64: both, arm64: { found: [{ ...OPENED, ...differs }, OPENED] } });
    expect(judgement).toMatchObject({ ok: false, note: expect.stringContaining(told) });
  });

  it('that was not opened everywhere shows nothing', () => {
    expect(judgeStorage({ x64: both, arm64: { found: [OPENED] } }).ok).toBe(false);
  });
});

describe('the calls into the system', () => {
  const x64 = { arch: 'x64', node: '24.0.0', locked: true, overwritten: true, noChip: 'ENOENT' };

  it.each([
    [{}, true],
    [{ arch: 'x64' }, false],
    [{ node: '22.0.0' }, false],
    [{ locked: false }, false],
    [{ overwritten: false }, false],
    [{ noChip: 'ENOSYS' }, false],
  ])('answer the same with %j: %s', (differs, ok) => {
    expect(judgePlatform({ x64, arm64: { ...x64, arch: 'arm64', ...differs } }).ok).toBe(ok);
  });
});

describe('two serial lines', () => {
  const answer = { said: [1, 2], echoed: [1, 2] };
  const heard = 'A0 01 01 A2 A0 01 00 A1';

  it.each([
    [heard, [1, 2], true],
    ['A0 01 01 A2', [1, 2], false],
    [heard, [1], false],
  ])('with %j heard and %j come back are as they should: %s', (arm64, echoed, ok) => {
    expect(judgeSerial({ x64: answer, arm64: { ...answer, echoed } }, { x64: heard, arm64 }).ok).toBe(ok);
  });
});

describe('what the program says', () => {
  it('is told line by line, whatever else stands between', () => {
    expect(readTold('{"answer":{"a":1}}\nwarning: odd\n{"other":2}\n{"fault":"no"}\n{"answ')).toEqual([
      { answer: { a: 1 } },
      { fault: 'no' },
    ]);
  });

  it('is told without where it was thrown', () => {
    expect(gistOf('npm warn old\nError: no file\n    at load (a.js:1)\n')).toBe('Error: no file');
    expect(gistOf('\n')).toBe('nothing said');
  });
});
