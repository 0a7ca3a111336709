import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sceneFromPicture } from '#drivers/camera/scenes.ts';
import { plain } from './pictures.ts';

const at = (picture: { width: number; rgb: Uint8Array }, x: number, y: number): number[] =>
  Array.from(picture.rgb.slice((y * picture.width + x) * 3, (y * picture.width + x) * 3 + 3));

describe('a scene made of a photograph', () => {
  it('shows the face in its middle, a third of its width wide', () => {
    const photograph = plain(1_200, 900, [40, 50, 60]);
    const box = { x: 500, y: 400, width: 120, height: 130 };
    for (let y = box.y; y < box.y + box.height; y++) {
      for (let x = box.x; x < box.x + box.width; x++) photograph.rgb.set([200, 150, 100], (y * 1_200 + x) * 3);
    }
    const scene = sceneFromPicture(photograph, box, { width: 60, height: 45 });
    expect([scene.width, scene.height, scene.rgb.length]).toEqual([60, 45, 60 * 45 * 3]);
    expect(at(scene, 30, 22)).toEqual([200, 150, 100]);
    expect([at(scene, 22, 22), at(scene, 37, 22)]).toEqual([at(scene, 30, 22), at(scene, 30, 22)]);
    expect([at(scene, 17, 22), at(scene, 42, 22)]).toEqual([at(scene, 0, 0), at(scene, 0, 0)]);
    expect(at(scene, 0, 0)).toEqual([40, 50, 60]);
  });

  it('lies within the photograph wherever the face is, and keeps a plain colour as it is', () => {
    const photograph = plain(200, 120, [40, 50, 60]);
    const box = fc.record({
      x: fc.integer({ min: -40, max: 190 }),
      y: fc.integer({ min: -40, max: 110 }),
      width: fc.integer({ min: 4, max: 150 }),
      height: fc.integer({ min: 4, max: 150 }),
    });
    fc.assert(
      fc.property(box, (face) => {
        const scene = sceneFromPicture(photograph, face, { width: 32, height: 24 });
        for (let i = 0; i < scene.rgb.length; i++) expect(scene.rgb[i]).toBe([40, 50, 60][i % 3]);
      }),
      { numRuns: 50 },
    );
  });

  it('holds a tilted head upright, turning clockwise about the face', () => {
    const photograph = plain(400, 400, [0, 0, 0]);
    for (let i = 0; i < photograph.rgb.length; i++) photograph.rgb[i] = Math.floor(i / 3) % 400 < 200 ? 20 : 220;
    const box = { x: 180, y: 180, width: 40, height: 40 };
    const corners = (turnDegrees: number) => {
      const scene = sceneFromPicture(photograph, box, { width: 40, height: 40, turnDegrees });
      const [left, right, top, bottom] = [at(scene, 5, 20), at(scene, 34, 20), at(scene, 20, 5), at(scene, 20, 34)];
      return [left, right, top, bottom].map(([red]) => (red! < 120 ? 'dark' : 'light'));
    };
    expect(corners(0).slice(0, 2)).toEqual(['dark', 'light']);
    expect(corners(90).slice(2)).toEqual(['dark', 'light']);
    expect(corners(-90).slice(2)).toEqual(['light', 'dark']);
    expect(corners(180).slice(0, 2)).toEqual(['light', 'dark']);
  });

  it('averages when it shrinks, so that fine stripes become grey and not stripes of another width', () => {
    const stripes = plain(960, 720, [0, 0, 0]);
    for (let i = 0; i < stripes.rgb.length; i++) stripes.rgb[i] = Math.floor(i / 3) % 2 ? 255 : 0;
    const scene = sceneFromPicture(stripes, { x: 320, y: 240, width: 320, height: 240 }, { width: 96, height: 72 });
    for (let x = 2; x < 94; x++) expect(Math.abs(at(scene, x, 36)[0]! - 127)).toBeLessThan(8);
  });
});
