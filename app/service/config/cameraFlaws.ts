import type { Flaw } from './hardwareFlaws.ts';
import { illuminatorOf } from './illuminators.ts';
import type { ConfigFile } from './schema.ts';

const MICROS_A_SECOND = 1e6;

/** What is wrong with a camera's section as a whole. */
export const cameraFlaws = (file: ConfigFile): readonly Flaw[] =>
  file['access-points'].flatMap(({ camera }, index) => {
    if (camera.driver !== 'libcamera' && camera.driver !== 'libcamera-files') return [];
    const path = ['access-points', index, 'camera'];
    const light = camera.illuminator === undefined ? undefined : illuminatorOf(camera.illuminator);
    const flawed = light?.kind === 'flawed' ? [{ ...light, path: [...path, 'illuminator'] }] : [];
    return [...pictureFlaws(camera, path), ...flawed];
  });

type Picture = Pick<
  Extract<ConfigFile['access-points'][number]['camera'], { driver: 'libcamera' }>,
  'exposure-us' | 'gain' | 'exposure-bias-stops' | 'frames-per-second'
>;

function pictureFlaws(camera: Picture, path: Flaw['path']): Flaw[] {
  const { gain, 'exposure-us': exposure, 'exposure-bias-stops': bias, 'frames-per-second': rate } = camera;
  const flaws: Flaw[] = [];
  const longest = Math.floor(MICROS_A_SECOND / rate);
  if (exposure !== undefined && exposure > longest) {
    const expected = `at most ${longest}, the time of a frame at ${rate} a second`;
    flaws.push({ path: [...path, 'exposure-us'], found: `${exposure}`, expected });
  }
  if (exposure !== undefined && gain !== undefined && bias !== undefined) {
    const expected = 'no bias where exposure and gain are both fixed: nothing is left to follow it';
    flaws.push({ path: [...path, 'exposure-bias-stops'], found: `${bias}`, expected });
  }
  return flaws;
}
