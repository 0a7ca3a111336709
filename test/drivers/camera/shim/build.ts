import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tidy/house.ts';

export const NATIVE_BUILD = join(ROOT, 'build/native');
/** Other builds of them, where somebody runs the same tests against those. */
export const SHIM_VARIABLE = 'LINTEL_TEST_CAMERA_SHIM';
const LIBCAMERA_VARIABLE = 'LINTEL_TEST_LIBCAMERA_SHIM';
export const FILES_SHIM = process.env[SHIM_VARIABLE] ?? join(NATIVE_BUILD, 'lintel-camera-files.so');
/** A compiler on a busy machine. */
export const BUILD_MS_MAX = 120_000;

/** Builds part of native/camera where its sources are newer; several tests may ask for the same one at once. */
export function makeNative(target: string, out: string = NATIVE_BUILD, variables: readonly string[] = []): void {
  mkdirSync(out, { recursive: true });
  const make = [
    'make',
    '-s',
    '-j2',
    '-C',
    join(ROOT, 'native/camera'),
    `OUT=${out}`,
    'STRICT=-Werror',
    ...variables,
    target,
  ];
  execFileSync('flock', [join(out, '.lock'), ...make], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}

/** The form over the libcamera of this machine, built where it must be; `undefined` where the machine has none. */
export function libcameraShim(): string | undefined {
  const other = process.env[LIBCAMERA_VARIABLE];
  if (other !== undefined) return other;
  if (spawnSync('pkg-config', ['--exists', 'libcamera']).status !== 0) return undefined;
  makeNative('libcamera');
  return join(NATIVE_BUILD, 'lintel-camera.so');
}
