/** FamilyLocal and FamilyWild of X.h: cookies for this machine's own sockets, and for any address. */
const FAMILY_LOCAL = 256;
const FAMILY_WILD = 65_535;
const ENTRY_FIELDS = 4;

/**
 * Of an Xauthority file, the entries that open the local display `number` and no other: each is a family (u16) and four
 * counted byte strings, address, number, name and data, all lengths big-endian. A truncated rest is left out.
 */
export function cookiesFor(file: Uint8Array, number: string): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const kept: Uint8Array[] = [];
  let start = 0;
  while (start + 2 <= file.length) {
    const family = view.getUint16(start);
    const fields: Uint8Array[] = [];
    let end = start + 2;
    while (fields.length < ENTRY_FIELDS && end + 2 <= file.length) {
      const from = end + 2;
      end = from + view.getUint16(end);
      fields.push(file.subarray(from, end));
    }
    if (fields.length < ENTRY_FIELDS || end > file.length) break;
    const ofDisplay = new TextDecoder().decode(fields[1]);
    const isLocal = family === FAMILY_LOCAL || family === FAMILY_WILD;
    if (isLocal && (ofDisplay === '' || ofDisplay === number)) kept.push(file.subarray(start, end));
    start = end;
  }
  return Buffer.concat(kept);
}
