import { overlap } from '#core/biometrics/face.ts';
import { encodeLcusFrame } from '#drivers/relay/lcusFrames.ts';
import { spelt } from '#drivers/serial/hex.ts';
import type { Result } from '../../report.ts';
import type { CameraAnswer, FindAnswer, PlatformAnswer, SerialAnswer, VisionAnswer } from './tasks.ts';

/** What two machines answered to the same task. */
export interface Pair<Answer> {
  readonly x64: Answer;
  readonly arm64: Answer;
}

export type Judgement = Pick<Result, 'ok' | 'value' | 'note'> & Partial<Pick<Result, 'limit' | 'unit'>>;

const COSINE_MIN = 0.999;
const OVERLAP_MIN = 0.99;
const LIVE_APART_MAX = 0.01;
/** Cosines are told to so many steps of 1, rounded down. */
const COSINE_STEPS = 1e6;
/** libyuv's code for one processor rounds otherwise than that for the other where it makes RGB of YUV. */
const LEVELS_APART_MAX = 2;
const CONVERTED = /^(NV12|YUYV) /;

/** The bytes of a relay that is energised and let go again. */
export const RELAY_BYTES = [
  ...encodeLcusFrame({ channel: 1, level: 'energised' }),
  ...encodeLcusFrame({ channel: 1, level: 'de-energised' }),
];

/** The same faces in each photograph, and of the widest the same features. */
export function judgeVision({ x64, arm64 }: Pair<VisionAnswer>): Judgement {
  let faces = 0;
  let cosineLeast = 1;
  let overlapLeast = 1;
  let liveApart = 0;
  const wrong: string[] = [];
  for (const [index, here] of x64.photographs.entries()) {
    const there = arm64.photographs[index];
    faces += here.faces.length;
    if (there?.file !== here.file || there.faces.length !== here.faces.length || here.faces.length === 0) {
      wrong.push(`${here.file}: ${here.faces.length} faces, on arm64 ${there?.faces.length ?? 'not looked at'}`);
      continue;
    }
    cosineLeast = Math.min(cosineLeast, cosine(here.features, there.features));
    liveApart = Math.max(liveApart, Math.abs(here.live - there.live));
    for (const [at, face] of here.faces.entries())
      overlapLeast = Math.min(overlapLeast, overlap(face, there.faces[at]!));
  }
  if (x64.photographs.length === 0) wrong.push('no photograph was looked at');
  if (!(overlapLeast >= OVERLAP_MIN)) wrong.push(`boxes of a face overlap by ${overlapLeast} alone`);
  if (!(liveApart <= LIVE_APART_MAX)) wrong.push(`liveness is ${liveApart} apart`);
  const same = `${faces} faces in ${x64.photographs.length} photographs, the same on both; liveness at most ${liveApart.toExponential(1)} apart`;
  return {
    ok: wrong.length === 0 && cosineLeast >= COSINE_MIN,
    value: Math.floor(cosineLeast * COSINE_STEPS) / COSINE_STEPS,
    unit: 'least cosine',
    limit: COSINE_MIN,
    note: wrong.length === 0 ? same : wrong.join('; '),
  };
}

/** 0 where the one or the other is no vector of the same length. */
function cosine(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return 0;
  const product = (one: readonly number[], other: readonly number[]): number =>
    one.reduce((sum, value, index) => sum + value * other[index]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b)) || 0;
}

/** Formats whose pixels are only moved or decoded are the same to the byte. */
export function judgeCamera({ x64, arm64 }: Pair<CameraAnswer>): Judgement {
  const wrong: string[] = [];
  let most = 0;
  for (const [index, here] of x64.frames.entries()) {
    const there = arm64.frames[index];
    const apart = there?.name === here.name ? levelsApart(here.pixels, there.pixels) : Infinity;
    most = Math.max(most, apart);
    if (!(apart <= (CONVERTED.test(here.name) ? LEVELS_APART_MAX : 0)))
      wrong.push(`${here.name}: ${apart} levels apart`);
  }
  if (x64.frames.length === 0) wrong.push('no frame was taken');
  const same = `${x64.frames.length} frames: RGB and JPEG the same to the byte; of YUV libyuv makes RGB that differs so much at most`;
  return {
    ok: wrong.length === 0,
    value: most,
    unit: 'levels',
    limit: LEVELS_APART_MAX,
    note: wrong.length === 0 ? same : wrong.join('; '),
  };
}

/** The largest difference of two bytes; Infinity between frames of different sizes. */
function levelsApart(one: string, other: string): number {
  const [a, b] = [Buffer.from(one, 'base64'), Buffer.from(other, 'base64')];
  if (a.length !== b.length || a.length === 0) return Infinity;
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}

/** Each folder holds on each machine what was enrolled on either. */
export function judgeStorage(pair: Pair<FindAnswer>): Judgement {
  const all = foundOn(pair);
  const wrong = all.flatMap(({ on, folder, people, enrolled, differences }) => {
    if (people === enrolled && enrolled > 0 && differences.length === 0) return [];
    return [
      `of ${folder} on ${on}: ${people} of ${enrolled} people, ${differences.join(', ') || 'who are as they were'}`,
    ];
  });
  const note =
    'a data folder made on each and opened on both: cardholders, credentials, faces, consents and entries as stored';
  return openedAs(all.length, wrong, note);
}

/** Each hash verifies its PIN, and no other, on each machine. */
export function judgePin(pair: Pair<FindAnswer>): Judgement {
  const all = foundOn(pair);
  const wrong = all.flatMap(({ on, folder, pin, wrongPin }) => [
    ...(pin ? [] : [`the PIN of ${folder} is refused on ${on}`]),
    ...(wrongPin ? [`another PIN than that of ${folder} is taken on ${on}`] : []),
  ]);
  return openedAs(all.length, wrong, 'argon2id: hashed on each, verified on both, another PIN refused');
}

/** Two folders on two machines. */
const CROSSINGS = 4;

const foundOn = ({ x64, arm64 }: Pair<FindAnswer>) => [
  ...x64.found.map((found) => ({ on: 'x86-64', ...found })),
  ...arm64.found.map((found) => ({ on: 'arm64', ...found })),
];

function openedAs(count: number, wrong: readonly string[], note: string): Judgement {
  const ok = count === CROSSINGS && wrong.length === 0;
  return { ok, value: `${count} of ${CROSSINGS} ways`, note: wrong.length === 0 ? note : wrong.join('; ') };
}

/** Memory is locked where it is here, what is freed is overwritten, and the kernel's errors come by name. */
export function judgePlatform({ x64, arm64 }: Pair<PlatformAnswer>): Judgement {
  const wrong = [
    ...(arm64.arch === 'arm64' ? [] : [`a Node for ${arm64.arch}`]),
    ...(arm64.node === x64.node ? [] : [`Node ${arm64.node}, here ${x64.node}`]),
    ...(arm64.locked === x64.locked ? [] : [`memory ${locked(arm64)}, here ${locked(x64)}`]),
    ...(arm64.overwritten ? [] : ['freed memory keeps what it held']),
    ...(arm64.noChip === x64.noChip ? [] : [`"${arm64.noChip}", here "${x64.noChip}"`]),
  ];
  const note = `memory ${locked(arm64)}, freed memory overwritten, a GPIO chip that is not there told by its errno`;
  return { ok: wrong.length === 0, value: `Node ${arm64.node}`, note: wrong.length === 0 ? note : wrong.join('; ') };
}

const locked = (answer: PlatformAnswer): string => (answer.locked ? 'locked' : 'not locked');

/** What was heard at the board's end, and what came back from the other line. */
export function judgeSerial(answers: Pair<SerialAnswer>, heard: Pair<string>): Judgement {
  const expected = spelt(RELAY_BYTES);
  const wrong = (['x64', 'arm64'] as const).flatMap((on) => [
    ...(heard[on] === expected ? [] : [`the board heard "${heard[on]}" of ${on}, expected "${expected}"`]),
    ...(spelt(answers[on].echoed) === spelt(answers[on].said) ? [] : [`what came back on ${on} is not what was said`]),
  ]);
  const note = `an LCUS board energised and let go; ${answers.arm64.said.length} bytes said and heard again`;
  return { ok: wrong.length === 0, value: heard.arm64, note: wrong.length === 0 ? note : wrong.join('; ') };
}
