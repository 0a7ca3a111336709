import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../../tidy/house.ts';
import { BUILD_MS_MAX, makeNative, NATIVE_BUILD, SHIM_VARIABLE } from './build.ts';

const ADDRESSES = join(NATIVE_BUILD, 'sanitized');
const THREADS = join(NATIVE_BUILD, 'threads');
const RUN_MS_MAX = 120_000;

beforeAll(() => {
  makeNative('files', ADDRESSES, ['CFLAGS=-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all']);
  makeNative('contract', ADDRESSES, ['CFLAGS=-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all']);
  makeNative('contract', THREADS, ['CFLAGS=-O1 -g -fsanitize=thread']);
}, BUILD_MS_MAX);

const run = (program: string, ...args: string[]) =>
  spawnSync(program, args, { encoding: 'utf8', timeout: RUN_MS_MAX, stdio: ['ignore', 'pipe', 'pipe'] });

const libraryOf = (name: string): string =>
  execFileSync('gcc', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();

describe('the shim keeps to its own memory', () => {
  it('through all that its header promises, also with several threads in it at once', () => {
    for (const folder of [ADDRESSES, THREADS]) {
      for (const program of ['camera-order', 'camera-contract']) {
        const { stdout, stderr } = run(join(folder, program));
        expect({ program, stdout, stderr }).toEqual({ program, stdout: 'ok\n', stderr: '' });
      }
    }
  });

  it('and the sanitizer would have seen it if not', () => {
    const { status, stderr } = run(join(ADDRESSES, 'camera-contract'), 'overrun');
    expect(status).not.toBe(0);
    expect(stderr).toContain('heap-buffer-overflow');
  });

  it(
    'through the whole contract of a camera, called by the driver',
    () => {
      const vitest = join(ROOT, 'node_modules/.bin/vitest');
      const own = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
      const { status, stdout, stderr } = spawnSync(vitest, ['run', 'test/drivers/camera/shim/shimCamera.test.ts'], {
        cwd: ROOT,
        encoding: 'utf8',
        timeout: RUN_MS_MAX,
        env: {
          ...Object.fromEntries(own),
          [SHIM_VARIABLE]: join(ADDRESSES, 'lintel-camera-files.so'),
          LD_PRELOAD: `${libraryOf('libasan.so')} ${libraryOf('libubsan.so')}`,
          // What Node itself keeps to its end is no leak of the shim; the program in C was asked about that.
          ASAN_OPTIONS: 'detect_leaks=0',
        },
      });
      expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
      expect(stderr).not.toContain('ERROR: AddressSanitizer');
    },
    RUN_MS_MAX,
  );
});
