import { describe, expect, it } from 'vitest';
import { proveArm64Shim } from '../../../../scripts/prove/arm64.ts';
import { BUILD_MS_MAX } from './build.ts';

/** On an arm64 machine all other tests of the shim are this one. */
const MACHINES = process.arch === 'x64' ? ['an arm64 machine under qemu'] : [];

describe.each(MACHINES)('the shim on %s', () => {
  it('is loaded, takes a frame and keeps its whole contract', { timeout: BUILD_MS_MAX }, () => {
    expect(proveArm64Shim()).toMatchObject({ name: 'arm64.camera_shim', ok: true, value: 'aarch64-linux-gnu' });
  });
});
