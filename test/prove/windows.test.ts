import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DENSE, WINDOW_BYTES, Windows } from '../../scripts/prove/residue/windows.ts';

const KIND = { kind: 1, face: 7 };
const NAMES = ['a frame', 'a probe'];

/** A face's features: 512 numbers, none like the other. */
const numbers = fc.float32Array({ minLength: 512, maxLength: 512, noNaN: true, min: -1, max: 1 }).map((values) => {
  for (const [i, value] of values.entries()) values[i] = Math.fround(value * 0.9 + Math.sin(i * 12.9898) * 0.1);
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
});

describe('windows of a template', () => {
  it('are found wherever it stands, at any byte and among anything', () => {
    fc.assert(
      fc.property(
        numbers,
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 200 }),
        (probe, before, after) => {
          const windows = new Windows(NAMES);
          const kept = windows.add(KIND, probe);
          expect(kept).toBe(windows.count);
          expect(kept).toBeGreaterThan(20);
          const hits = windows.search(Buffer.concat([before, probe, after]));
          expect(hits.length).toBeGreaterThanOrEqual(kept);
          for (const { kind, face } of hits) expect({ kind, face }).toEqual(KIND);
          expect(hits[0]!.at).toBeGreaterThanOrEqual(before.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are found in a part of it that is longer than a few windows', () => {
    const probe = randomBytes(2_048);
    const windows = new Windows(NAMES);
    windows.add(KIND, probe);
    let missed = 0;
    for (let at = 0; at + 512 <= probe.length; at += 8) {
      if (windows.search(Buffer.concat([randomBytes(33), probe.subarray(at, at + 512)])).length === 0) missed++;
    }
    expect(missed).toBe(0);
  });

  it('are not found once a bit in each of them is another', () => {
    const probe = randomBytes(2_048);
    const windows = new Windows(NAMES);
    windows.add(KIND, probe);
    for (let at = 0; at < probe.length; at += WINDOW_BYTES / 2) probe[at]! ^= 1;
    expect(windows.search(probe)).toEqual([]);
  });

  it('are found nowhere in what nobody has put there', () => {
    const windows = new Windows(NAMES);
    for (let face = 0; face < 100; face++) windows.add({ kind: 0, face }, randomBytes(20_000));
    expect(windows.search(randomBytes(5_000_000))).toEqual([]);
    expect(windows.search(Buffer.alloc(5_000_000))).toEqual([]);
  });

  it('tell by their names what was found, and of whom', () => {
    const windows = new Windows(NAMES);
    const [frame, probe] = [randomBytes(4_096), randomBytes(4_096)];
    windows.add({ kind: 0, face: 3 }, frame);
    windows.add({ kind: 1, face: 4 }, probe);
    expect([...windows.find(Buffer.concat([probe, frame])).keys()]).toEqual(['a probe of face 4', 'a frame of face 3']);
  });

  it('are left out where two people have them in common, and kept where they are one person’s twice', () => {
    const windows = new Windows(NAMES);
    const [wall, own] = [randomBytes(4_096), randomBytes(4_096)];
    windows.add({ kind: 0, face: 1 }, Buffer.concat([wall, own]));
    windows.add({ kind: 1, face: 1 }, own);
    windows.add({ kind: 0, face: 2 }, wall);
    expect(windows.shared).toBeGreaterThan(0);
    expect(windows.search(wall)).toEqual([]);
    expect(windows.search(own).length).toBeGreaterThan(0);
  });

  it('of a plain wall are none, which may stand in any memory', () => {
    const windows = new Windows(NAMES);
    expect(windows.add(KIND, Buffer.alloc(4_096, 118))).toBe(0);
    expect(windows.add(KIND, Buffer.from(new Float32Array(1_024).fill(0.5).buffer))).toBe(0);
  });

  it('are kept as sparsely as they are asked for', () => {
    const picture = randomBytes(200_000);
    const dense = new Windows(NAMES).add(KIND, picture);
    const windows = new Windows(NAMES);
    const sparse = windows.add(KIND, picture, 16 * DENSE);
    expect(sparse).toBeLessThan(dense / 8);
    expect(windows.search(picture)).toHaveLength(sparse);
  });
});
