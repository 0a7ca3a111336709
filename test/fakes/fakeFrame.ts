import { monotonic } from '#core/kernel/units.ts';
import type { Frame } from '#core/ports/camera.ts';

/** A frame of 640x480 whose every byte is `marker`: see FakeEngine. Disposing of it overwrites it. */
export function fakeFrame(marker: number): Frame {
  const pixels = new Uint8Array(new SharedArrayBuffer(640 * 480 * 3)).fill(marker);
  const size = { width: 640, height: 480 };
  return { ...size, pixels, sequence: 1, capturedAt: monotonic(0), [Symbol.dispose]: () => void pixels.fill(0) };
}
