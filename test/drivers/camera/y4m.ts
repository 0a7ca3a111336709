import type { TestPicture } from './pictures.ts';

/** A y4m file of grey pictures. */
export function y4mFile(pictures: readonly TestPicture[], parameters = 'F25:1 Ip A1:1 Cmono'): Uint8Array {
  const [first] = pictures;
  const header = Buffer.from(`YUV4MPEG2 W${first?.width ?? 0} H${first?.height ?? 0} ${parameters}\n`);
  const frames = pictures.map(({ rgb }) => [Buffer.from('FRAME\n'), rgb.filter((_, i) => i % 3 === 0)]);
  return Buffer.concat([header, ...frames.flat()]);
}
