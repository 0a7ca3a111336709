import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWeakKey } from '#core/access/issuerKey.ts';
import type { Pass } from '#core/access/pass.ts';
import { parsePassText, passText, PASS_TEXT_LENGTH } from '#core/access/passText.ts';
import type { PassId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { bytes, ISSUER_KEY, isSigned, newIssuer, passOf, textOf } from './passes.ts';

const ids = fc
  .array(fc.integer({ min: 0, max: 15 }), { minLength: 32, maxLength: 32 })
  .map((digits) => digits.map((digit) => digit.toString(16)).join(''));
const passes: fc.Arbitrary<Pass> = fc
  .record({
    id: ids.map((id) => id as PassId),
    pseudonym: ids.map((id) => id as Pseudonym),
    uses: fc.constantFrom<Pass['uses']>('once', 'while-valid'),
    from: fc.integer({ min: 0, max: 2 ** 32 - 2 }),
    span: fc.integer({ min: 1, max: 2 ** 31 }),
  })
  .map(({ from, span, ...pass }) => {
    const until = Math.min(from + span, 2 ** 32 - 1);
    return { ...pass, validity: { from: wallTime(from * 1_000), until: wallTime(until * 1_000) } };
  });

describe('the text of a pass', () => {
  it('is what it was in the first version', () => {
    expect(textOf()).toMatchInlineSnapshot(
      `"LINTEL:AQGhoaGhoaGhoaGhoaGhoaGhsrKysrKysrKysrKysrKysmtJ0gBrSdRYHH2ngQh_sRxnexeUQ1Cyvfy9iu5jGJ_ABmuAsjGMaLumpisJ1UWiU5ArzyjEyhnncT_ZsF6hTJ5K23BkN8ooCQ"`,
    );
    expect(textOf()).toHaveLength(PASS_TEXT_LENGTH);
  });

  it('says all of the pass, and bears its signature, whatever the pass', () => {
    fc.assert(
      fc.property(passes, (pass) => {
        const parsed = parsePassText(bytes(textOf(pass)));
        expect(parsed?.claims).toEqual(pass);
        expect(parsed !== undefined && isSigned(parsed.signed, parsed.signature)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('changed anywhere is no pass any more, or none that is signed', () => {
    const text = textOf();
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === 'A' ? 'B' : 'A';
      const parsed = parsePassText(bytes(text.slice(0, at) + other + text.slice(at + 1)));
      expect(parsed === undefined || !isSigned(parsed.signed, parsed.signature)).toBe(true);
    }
  });

  it('is one text alone for each pass: spare bits, padding and blanks make it no pass', () => {
    const text = textOf();
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(text.at(-1)!);
    const spare = String.fromCharCode(
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.charCodeAt(last + 1),
    );
    expect(parsePassText(bytes(text.slice(0, -1) + spare))).toBeUndefined();
    for (const other of [`${text}=`, ` ${text}`, `${text}\n`, text.toLowerCase(), text.replaceAll('-', '+')])
      expect(other === text ? undefined : parsePassText(bytes(other))).toBeUndefined();
  });

  it('cut anywhere, or anything else at all, is no pass', () => {
    const whole = bytes(textOf());
    for (let length = 0; length < whole.length; length++)
      expect(parsePassText(whole.subarray(0, length))).toBeUndefined();
    const anything = fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.uint8Array({ minLength: 149, maxLength: 149 }));
    fc.assert(fc.property(anything, (text) => parsePassText(text) === undefined));
  });

  it('of another version, with unknown flags or an end before its beginning is no pass, signed or not', () => {
    const text = textOf();
    const raw = Buffer.from(text.slice(7), 'base64url');
    const changed = (change: (raw: Buffer) => void): Uint8Array => {
      const other = Buffer.from(raw);
      change(other);
      return bytes(`LINTEL:${other.toString('base64url')}`);
    };
    expect(parsePassText(changed(() => undefined))).toBeDefined();
    expect(parsePassText(changed((other) => other.writeUInt8(2, 0)))).toBeUndefined();
    expect(parsePassText(changed((other) => other.writeUInt8(2, 1)))).toBeUndefined();
    expect(parsePassText(changed((other) => other.writeUInt32BE(other.readUInt32BE(34), 38)))).toBeUndefined();
  });

  it('cannot be made of a time that is none, or ends before it begins', () => {
    const made = (from: number, until: number) =>
      passText(passOf({ validity: { from: wallTime(from), until: wallTime(until) } }), () => new Uint8Array(64));
    expect(made(1_000, 2_000)).toBeDefined();
    for (const [from, until] of [
      [2_000, 2_000],
      [3_000, 2_000],
      [-1_000, 2_000],
      [0, 2 ** 32 * 1_000],
      [Number.NaN, 2_000],
    ] as const)
      expect(made(from, until)).toBeUndefined();
  });
});

it('a public key that belongs to no secret is known to be one that everybody can sign for', () => {
  expect(isWeakKey(ISSUER_KEY)).toBe(false);
  expect(isWeakKey(Buffer.from(newIssuer().publicKey).toString('hex'))).toBe(false);
  for (const key of ['00'.repeat(32), `01${'00'.repeat(31)}`, `01${'00'.repeat(30)}80`, `ec${'ff'.repeat(31)}`])
    expect(isWeakKey(key)).toBe(true);
});
