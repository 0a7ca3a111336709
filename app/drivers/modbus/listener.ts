import { joined } from '../serial/joined.ts';
import { crcHolds } from './crc16.ts';

/** Longest frame of a question (Modbus over Serial Line 2.5.1). */
export const MODBUS_FRAME_BYTES_MAX = 256;

/** A question as a board hears it. */
export interface ModbusHeard {
  readonly address: number;
  readonly called: number;
  /** What stands between function and CRC. */
  readonly data: Uint8Array;
}

/** Finds the questions in what a board hears, in pieces cut anywhere, past whatever is none. */
export class ModbusListener {
  #rest: Uint8Array = new Uint8Array(0);

  feed(bytes: Uint8Array): ModbusHeard[] {
    const all = joined(this.#rest, bytes);
    const heard: ModbusHeard[] = [];
    let at = 0;
    while (at < all.length) {
      const length = lengthOf(all.subarray(at));
      const whole = length === undefined ? undefined : all.subarray(at, at + length);
      if (length !== undefined && whole !== undefined && whole.length === length && crcHolds(whole)) {
        heard.push({ address: whole[0]!, called: whole[1]!, data: whole.slice(2, -2) });
        at += length;
      } else if (length !== undefined && whole !== undefined && whole.length < length && soFarEmpty(all, at)) break;
      else at++;
    }
    this.#rest = all.slice(Math.max(at, all.length - MODBUS_FRAME_BYTES_MAX));
    return heard;
  }
}

/** How long the frame that begins here would be; undefined where none can begin. */
function lengthOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < 2) return 8;
  const called = bytes[1]!;
  if (called >= 1 && called <= 6) return 8;
  if (called !== 0x0f && called !== 0x10) return undefined;
  return bytes.length < 7 ? 9 : 9 + Math.min(bytes[6]!, MODBUS_FRAME_BYTES_MAX - 9);
}

/** Is there no whole frame behind this place? Then what begins here may still become one. */
function soFarEmpty(bytes: Uint8Array, from: number): boolean {
  for (let at = from + 1; at + 8 <= bytes.length; at++) {
    const length = lengthOf(bytes.subarray(at));
    if (length !== undefined && at + length <= bytes.length && crcHolds(bytes.subarray(at, at + length))) return false;
  }
  return true;
}
