/** Bytes as people and data sheets write them: `A0 01 01 A2`. */
export const spelt = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');

/** Bytes as a number is written: lower-case digits without separators. */
export const digits = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
