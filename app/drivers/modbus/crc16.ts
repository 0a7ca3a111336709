const POLYNOMIAL = 0xa001;

/** CRC-16/Modbus. On the wire its low byte comes first. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  }
  return crc;
}

/** The bytes with their CRC behind them. */
export function withCrc(bytes: Uint8Array): Uint8Array {
  const crc = crc16(bytes);
  const whole = new Uint8Array(bytes.length + 2);
  whole.set(bytes);
  whole.set([crc & 0xff, crc >>> 8], bytes.length);
  return whole;
}

/** Do these bytes end in the CRC of what stands before it? */
export function crcHolds(bytes: Uint8Array): boolean {
  if (bytes.length < 3) return false;
  const crc = crc16(bytes.subarray(0, -2));
  return bytes.at(-2) === (crc & 0xff) && bytes.at(-1) === crc >>> 8;
}
