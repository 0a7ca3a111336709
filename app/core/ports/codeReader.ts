import type { Frame } from './camera.ts';

/** Bytes that a code may hold to be handed on; a longer one is told of and never handed out. */
export const CODE_BYTES_MAX = 512;

/**
 * What a code in a frame holds, for the reader of it to overwrite; `unusable` for one that is too long, or part of a
 * series. Whatever it is, whoever shows it may mean harm.
 */
export type SeenCode = { readonly kind: 'text'; readonly bytes: Uint8Array } | { readonly kind: 'unusable' };

/** Finds QR codes. A frame must stay leased until the promise settles; nothing of it is left then. */
export interface CodeReader {
  /**
   * One code of those in the frame, if any.
   * @throws Fault `model` where the engine is gone or does not answer within its limit
   */
  readCode(frame: Frame): Promise<SeenCode | undefined>;
}
