import { Fault } from '#core/kernel/fault.ts';

/** Bytes of one picture as a file; a longer one is refused unread. */
export const PICTURE_BYTES_MAX = 32 * 2 ** 20;
/** Pixels of one picture, checked in its header before anything is decoded: 6000 x 4000. */
export const PICTURE_PIXELS_MAX = 24_000_000;
/** No side is shorter: nothing smaller can show a face, and the steps of filters and chroma need it. */
export const PICTURE_SIDE_MIN = 2;

/** @throws Fault `picture` for a size that no frame may have. */
export function checkPictureSize(thing: string, width: number, height: number): void {
  const fits = width >= PICTURE_SIDE_MIN && height >= PICTURE_SIDE_MIN && width * height <= PICTURE_PIXELS_MAX;
  if (fits) return;
  const expected = `at least ${PICTURE_SIDE_MIN}x${PICTURE_SIDE_MIN} and at most ${PICTURE_PIXELS_MAX} pixels`;
  throw new Fault('picture', { thing, found: `${width}x${height} pixels`, expected });
}
