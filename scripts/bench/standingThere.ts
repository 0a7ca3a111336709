import { writeFileSync } from 'node:fs';
import { prepareScenes } from '#service/simulated/prepareScenes.ts';
import { readDemonstration } from '#service/simulated/demonstration.ts';
import { Fault } from '#core/kernel/fault.ts';
import { SCENE } from './gateAtWork.ts';

const FRAMES_PER_SECOND = 10;

/** Writes a video (y4m, 4:4:4, full range) in which the enrolled person stands before the camera from the first frame on. */
export async function filmStandingThere(picturesFolder: string, file: string): Promise<void> {
  const scenes = await prepareScenes({ scenes: readDemonstration().scenes, folder: picturesFolder });
  const scene = scenes.find(({ id }) => id === SCENE);
  if (scene === undefined)
    throw new Fault('picture', { thing: 'demonstration', found: `no scene ${SCENE}`, expected: 'one' });
  const { width, height, rgb } = scene.picture;
  const header = `YUV4MPEG2 W${width} H${height} F${FRAMES_PER_SECOND}:1 Ip A1:1 C444 XCOLORRANGE=FULL\nFRAME\n`;
  writeFileSync(file, Buffer.concat([Buffer.from(header), Buffer.from(yuvFromRgb(rgb).buffer)]));
}

/** Planes of ITU-R BT.601 in full range. */
function yuvFromRgb(rgb: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = rgb.length / 3;
  const yuv = new Uint8ClampedArray(rgb.length);
  for (let i = 0; i < pixels; i++) {
    const [red, green, blue] = [rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!];
    yuv[i] = 0.299 * red + 0.587 * green + 0.114 * blue;
    yuv[pixels + i] = 128 - 0.168736 * red - 0.331264 * green + 0.5 * blue;
    yuv[2 * pixels + i] = 128 + 0.5 * red - 0.418688 * green - 0.081312 * blue;
  }
  return yuv;
}
