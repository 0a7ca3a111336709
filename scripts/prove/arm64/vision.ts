import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJpegDecoder } from '#drivers/camera/jpeg.ts';
import { readDemonstration } from '#service/simulated/demonstration.ts';
import { readModelsFile } from '#vision/node/readModelsFile.ts';
import { Eyes, type Picture } from '../../traces/eyes.ts';
import type { VisionAnswer } from './tasks.ts';

const ROOT = join(import.meta.dirname, '../../..');

type Seen = VisionAnswer['photographs'][number];

/** @throws Fault `model` or `picture` */
export async function lookAtPhotographs(): Promise<VisionAnswer> {
  const models = join(ROOT, 'models');
  const eyes = await Eyes.open(models, readModelsFile(join(models, 'models.json')));
  using decoder = await createJpegDecoder();
  const photographs: Seen[] = [];
  for (const { file } of readDemonstration().pictures) {
    using decoded = decoder.decode(readFileSync(join(ROOT, 'build/people', file)), file);
    const { width, height, rgb: pixels } = decoded;
    photographs.push({ file, ...(await see(eyes, { width, height, pixels })) });
  }
  await eyes.close();
  return { photographs };
}

async function see(eyes: Eyes, picture: Picture): Promise<Omit<Seen, 'file'>> {
  let faces: Seen['faces'] = [];
  const seen = await eyes.see(picture, (_face, _pad, all) => {
    faces = all.map(({ box: { x, y, width, height } }) => ({ x, y, width, height }));
    return true;
  });
  return { faces, features: [...(seen?.look.probe ?? [])], live: seen?.pad.live ?? 0 };
}
