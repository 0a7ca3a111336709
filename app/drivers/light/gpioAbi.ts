/**
 * Of the kernel's GPIO interface, version 2, what one output line needs: requests, sizes and offsets in bytes. They stand
 * in <linux/gpio.h>, are the same on x86-64 and arm64, and never change.
 */
export const GPIO = {
  open: { readWrite: 2, closeOnExec: 0o2_000_000 },
  nameBytes: 32,
  flags: { activeLow: 2, output: 8 },
  chipInfo: { request: 0x8044_b401, bytes: 68, lines: 64 },
  lineInfo: { request: 0xc100_b405, bytes: 256, consumer: 32, offset: 64 },
  lineRequest: { request: 0xc250_b407, bytes: 592, offsets: 0, consumer: 256, flags: 288, lines: 560, fd: 588 },
  setValues: { request: 0xc010_b40f, bytes: 16, bits: 0, mask: 8 },
} as const;

/** Both machines that the gate runs on write the low byte first. */
const LITTLE = true;

export const chipInfoBytes = (): Uint8Array => new Uint8Array(GPIO.chipInfo.bytes);

export const linesOf = (chipInfo: Uint8Array): number => viewOf(chipInfo).getUint32(GPIO.chipInfo.lines, LITTLE);

export function lineInfoBytes(line: number): Uint8Array {
  const bytes = new Uint8Array(GPIO.lineInfo.bytes);
  viewOf(bytes).setUint32(GPIO.lineInfo.offset, line, LITTLE);
  return bytes;
}

/** Who holds the line, in its own words; empty where it gave none. */
export function consumerOf(lineInfo: Uint8Array): string {
  const from = GPIO.lineInfo.consumer;
  const name = lineInfo.subarray(from, from + GPIO.nameBytes);
  const end = name.indexOf(0);
  return new TextDecoder().decode(end < 0 ? name : name.subarray(0, end));
}

/** One line as an output that is inactive at first. */
export function lineRequestBytes(line: number, active: 'high' | 'low', consumer: string): Uint8Array {
  const at = GPIO.lineRequest;
  const bytes = new Uint8Array(at.bytes);
  const view = viewOf(bytes);
  view.setUint32(at.offsets, line, LITTLE);
  // The kernel wants a zero behind the name.
  bytes.set(new TextEncoder().encode(consumer).subarray(0, GPIO.nameBytes - 1), at.consumer);
  const flags = GPIO.flags.output | (active === 'low' ? GPIO.flags.activeLow : 0);
  view.setBigUint64(at.flags, BigInt(flags), LITTLE);
  view.setUint32(at.lines, 1, LITTLE);
  return bytes;
}

export const lineFileOf = (lineRequest: Uint8Array): number =>
  viewOf(lineRequest).getInt32(GPIO.lineRequest.fd, LITTLE);

export function valuesBytes(active: boolean): Uint8Array {
  const bytes = new Uint8Array(GPIO.setValues.bytes);
  const view = viewOf(bytes);
  view.setBigUint64(GPIO.setValues.bits, active ? 1n : 0n, LITTLE);
  view.setBigUint64(GPIO.setValues.mask, 1n, LITTLE);
  return bytes;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
