/**
 * Points of small order on Curve25519, encoded without their sign bit, lower-case hex (RFC 7748 and its non-canonical
 * forms): under such a "public key" anybody can make a signature, since it belongs to no secret.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Is this Ed25519 public key, lower-case hex of 32 bytes, one that everybody can sign for? */
export function isWeakKey(key: string): boolean {
  const last = Number.parseInt(key.slice(-2), 16) & 0x7f;
  return SMALL_ORDER.has(key.slice(0, -2) + last.toString(16).padStart(2, '0'));
}
