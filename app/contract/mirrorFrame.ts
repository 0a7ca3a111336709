/** A mirror picture crosses in binary: width and height as little-endian u16, then RGB rows. Two zeros clear the picture. */
export const MIRROR_WIDTH = 320;
export const MIRROR_HEADER_BYTES = 4;
export const MIRROR_BYTES_MAX = MIRROR_HEADER_BYTES + MIRROR_WIDTH * MIRROR_WIDTH * 3;

export interface MirrorPicture {
  readonly width: number;
  readonly height: number;
  /** RGB, rows without padding; a view on the message. */
  readonly pixels: Uint8Array;
}

/** The picture in a message, or undefined where its size does not fit its header. */
export function readMirrorPicture(message: Uint8Array): MirrorPicture | undefined {
  if (message.length < MIRROR_HEADER_BYTES || message.length > MIRROR_BYTES_MAX) return undefined;
  const width = message[0]! | (message[1]! << 8);
  const height = message[2]! | (message[3]! << 8);
  if (message.length !== MIRROR_HEADER_BYTES + width * height * 3) return undefined;
  return { width, height, pixels: message.subarray(MIRROR_HEADER_BYTES) };
}
