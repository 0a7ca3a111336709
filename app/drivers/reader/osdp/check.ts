/** The two ways in which a frame's end vouches for the rest: two bytes of CRC-16, or one byte of sum. */
export type CheckKind = 'crc' | 'checksum';

const CRC_POLYNOMIAL = 0x1021;
const CRC_START = 0x1d0f;

const CRC_OF_BYTE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ CRC_POLYNOMIAL;
  return crc;
});

export function crc16(bytes: Uint8Array): number {
  let crc = CRC_START;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ CRC_OF_BYTE[(crc >> 8) ^ byte]!;
  return crc;
}

/** What makes the sum of all bytes, itself included, a multiple of 256. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return -sum & 0xff;
}

export const checkBytes = (kind: CheckKind): 1 | 2 => (kind === 'crc' ? 2 : 1);

/** Writes the check of everything before it into the last bytes. */
export function writeCheck(bytes: Uint8Array, kind: CheckKind): void {
  const end = bytes.length - checkBytes(kind);
  const covered = bytes.subarray(0, end);
  if (kind === 'checksum') {
    bytes[end] = checksum(covered);
    return;
  }
  const crc = crc16(covered);
  bytes[end] = crc & 0xff;
  bytes[end + 1] = crc >> 8;
}

export function checkHolds(bytes: Uint8Array, kind: CheckKind): boolean {
  const end = bytes.length - checkBytes(kind);
  const covered = bytes.subarray(0, end);
  if (kind === 'checksum') return bytes[end] === checksum(covered);
  return ((bytes[end + 1]! << 8) | bytes[end]!) === crc16(covered);
}
