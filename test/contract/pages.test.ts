import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIRROR_BYTES_MAX, MIRROR_HEADER_BYTES, MIRROR_WIDTH, readMirrorPicture } from '#contract/mirrorFrame.ts';
import { CONTENT_SECURITY_POLICY, pageFile } from '#contract/page.ts';

describe('a mirror picture', () => {
  const message = (width: number, height: number, bytes: number): Uint8Array => {
    const data = new Uint8Array(MIRROR_HEADER_BYTES + bytes).fill(7);
    data.set([width & 255, width >> 8, height & 255, height >> 8]);
    return data;
  };

  it('is read as it was sent, up to the largest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MIRROR_WIDTH }), fc.integer({ min: 0, max: 40 }), (width, height) => {
        const picture = readMirrorPicture(message(width, height, width * height * 3));
        expect([picture?.width, picture?.height, picture?.pixels.length]).toEqual([width, height, width * height * 3]);
      }),
    );
    const largest = message(MIRROR_WIDTH, MIRROR_WIDTH, MIRROR_BYTES_MAX - MIRROR_HEADER_BYTES);
    expect(readMirrorPicture(largest)?.width).toBe(MIRROR_WIDTH);
  });

  it('is cleared by two zeros', () => {
    expect(readMirrorPicture(new Uint8Array(4))).toEqual({ width: 0, height: 0, pixels: new Uint8Array(0) });
  });

  it('is nothing where its size does not fit its header, wherever it is cut', () => {
    const whole = message(4, 4, 48);
    for (let length = 0; length < whole.length; length++) {
      expect(readMirrorPicture(whole.subarray(0, length))).toBeUndefined();
    }
    expect(readMirrorPicture(message(4, 4, 49))).toBeUndefined();
    const tooTall = message(MIRROR_WIDTH, MIRROR_WIDTH + 1, MIRROR_WIDTH * (MIRROR_WIDTH + 1) * 3);
    expect(readMirrorPicture(tooTall)).toBeUndefined();
  });
});

describe('a page', () => {
  it.each([
    ['', 'index.html', 'text/html; charset=utf-8'],
    ['assets/index-B1a2.js', 'assets/index-B1a2.js', 'text/javascript; charset=utf-8'],
    ['style.css', 'style.css', 'text/css; charset=utf-8'],
  ])('gives out what belongs to it: "%s"', (path, file, contentType) => {
    expect(pageFile(path)).toEqual({ file, contentType });
  });

  it.each([
    '..',
    '../index.html',
    'a/../b.js',
    '/index.html',
    'a//b.js',
    '.hidden.js',
    'a.exe',
    'a',
    'a%2f..%2fb.js',
    'a\\b.js',
    'a.js\n',
    `${'a'.repeat(200)}.js`,
  ])('gives out nothing else: "%s"', (path) => {
    expect(pageFile(path)).toBeUndefined();
  });

  it('never gives out a path that climbs, whatever is asked', () => {
    const pieces = fc.constantFrom('..', '.', '/', '\\', 'a', 'index.html', '.js', '%2e', '\0', 'C:');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const found = pageFile(parts.join(''));
        if (found === undefined) return;
        expect(found.file.split('/').every((part) => /^[\w-][\w.-]*$/.test(part))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('talks to nobody but itself', () => {
    expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/);
  });
});
