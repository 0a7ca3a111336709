import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tidy/house.ts';

export const NATIVE_BUILD = join(ROOT, 'build/native');
/** Another build of it, where somebody runs the same tests against that. */
export const SHIM_VARIABLE = 'LINTEL_TEST_CAMERA_SHIM';
export const FILES_SHIM = process.env[SHIM_VARIABLE] ?? join(NATIVE_BUILD, 'lintel-camera-files.so');
/** A compiler on a busy machine. */
export const BUILD_MS_MAX = 120_000;

/** Builds part of native/camera where its sources are newer; several tests may ask for the same one at once. */
export function makeNative(target: string, out: string = NATIVE_BUILD, variables: readonly string[] = []): void {
  mkdirSync(out, { recursive: true });
  const make = ['make', '-s', '-C', join(ROOT, 'native/camera'), `OUT=${out}`, 'STRICT=-Werror', ...variables, target];
  execFileSync('flock', [join(out, '.lock'), ...make], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}
