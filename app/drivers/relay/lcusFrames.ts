import type { RelayLevel } from '#core/ports/hardware.ts';
import { joined } from '../serial/joined.ts';

/**
 * LCUS boards: `A0 channel state sum`, sum being the low byte of the first three; state 01 energises, 00 de-energises.
 * They answer nothing. 9600 baud, 8N1.
 */
export const LCUS_FRAME_BYTES = 4;
export const LCUS_BAUD_RATE = 9_600;
export const LCUS_CHANNELS_MAX = 8;

const HEAD = 0xa0;

export interface LcusFrame {
  readonly channel: number;
  readonly level: RelayLevel;
}

export function encodeLcusFrame({ channel, level }: LcusFrame): Uint8Array {
  const state = level === 'energised' ? 1 : 0;
  return Uint8Array.of(HEAD, channel, state, (HEAD + channel + state) & 0xff);
}

/**
 * Finds the frames in what comes in, in pieces cut anywhere. Whatever is no frame is passed over a byte at a time; no
 * noise before a frame can swallow it, since no channel up to 8 makes a sum of A0.
 */
export class LcusParser {
  #rest: Uint8Array = new Uint8Array(0);

  /** The frames that these bytes complete, in order. At most three bytes are kept for the next call. */
  feed(bytes: Uint8Array): LcusFrame[] {
    const all = joined(this.#rest, bytes);
    const frames: LcusFrame[] = [];
    let at = 0;
    while (at + LCUS_FRAME_BYTES <= all.length) {
      const frame = frameAt(all, at);
      if (frame !== undefined) frames.push(frame);
      at += frame === undefined ? 1 : LCUS_FRAME_BYTES;
    }
    this.#rest = all.slice(at);
    return frames;
  }
}

function frameAt(bytes: Uint8Array, at: number): LcusFrame | undefined {
  const [head, channel, state, sum] = bytes.subarray(at, at + LCUS_FRAME_BYTES);
  if (head !== HEAD || channel === undefined || channel < 1 || channel > LCUS_CHANNELS_MAX) return undefined;
  if ((state !== 0 && state !== 1) || sum !== ((HEAD + channel + state) & 0xff)) return undefined;
  return { channel, level: state === 1 ? 'energised' : 'de-energised' };
}
