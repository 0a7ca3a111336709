import { Fault } from '#core/kernel/fault.ts';
import type { CameraDriver, Preview } from './residue/gateUnderWatch.ts';

export const SEED_MAX = 2 ** 31;
const FACES_MAX = 100_000;
const WHOLE_NUMBER = /^\d{1,10}$/;

export interface ProveArguments {
  /** Empty for all. */
  readonly names: readonly string[];
  /** Undefined where it is left to chance. */
  readonly seed: number | undefined;
  /** For the proof `residue`; what is left out is undefined. */
  readonly faces: string | undefined;
  readonly facesCount: number | undefined;
  readonly preview: Preview | undefined;
  readonly camera: CameraDriver | undefined;
}

/**
 * `prove [NAME…] [--seed N] [--faces FOLDER] [--faces-count N] [--preview outline|mirror] [--camera libcamera-files|replay]`.
 * @param proofs the names that there are
 * @throws Fault `config` for anything else
 */
export function readProveArguments(rest: readonly string[], proofs: readonly string[]): ProveArguments {
  const wrong = (found: string): Fault => {
    const options =
      '[--seed N] [--faces FOLDER] [--faces-count N] [--preview outline|mirror] [--camera libcamera-files|replay] [--json]';
    return new Fault('config', { thing: 'command line', found, expected: `[${proofs.join('|')}] ${options}` });
  };
  const names: string[] = [];
  const values = new Map<string, string>();
  for (let i = 0; i < rest.length; i++) {
    const given = rest[i]!;
    if (proofs.includes(given)) names.push(given);
    else if (['--seed', '--faces', '--faces-count', '--preview', '--camera'].includes(given))
      values.set(given, rest[++i] ?? '');
    else throw wrong(given);
  }
  const wholeNumber = (name: string, max: number): number | undefined => {
    const text = values.get(name);
    if (text === undefined) return undefined;
    if (!WHOLE_NUMBER.test(text) || Number(text) >= max) throw wrong(`${name} ${text}`);
    return Number(text);
  };
  const facesCount = wholeNumber('--faces-count', FACES_MAX);
  if (facesCount === 0) throw wrong('--faces-count 0');
  const preview = values.get('--preview');
  if (preview !== undefined && preview !== 'outline' && preview !== 'mirror') throw wrong(`--preview ${preview}`);
  const camera = values.get('--camera');
  if (camera !== undefined && camera !== 'libcamera-files' && camera !== 'replay') throw wrong(`--camera ${camera}`);
  const faces = values.get('--faces');
  if (faces === '') throw wrong('--faces');
  return { names, seed: wholeNumber('--seed', SEED_MAX), faces, facesCount, preview, camera };
}
