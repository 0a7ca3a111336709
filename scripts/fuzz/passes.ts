import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { parsePassText, passText, PASS_TEXT_LENGTH } from '#core/access/passText.ts';
import type { PassId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { demand, fuzzTraffic } from './traffic.ts';

const FROM = 1_800_000_000_000;
const SPAN = 600_000;
const PASSES = 4;

/** Texts of codes: what is no pass is nothing, what an issuer has signed is one of those that were made. */
export function fuzzPasses(cases: number, seed: number): number {
  const issuer = generateKeyPairSync('ed25519');
  const made = Array.from({ length: PASSES }, (_, i) =>
    passFrom(i, (content) => sign(null, content, issuer.privateKey)),
  );
  const foreign = ['https://example.com/menu', 'WIFI:S:guests;T:WPA;P:secret;;', 'LINTEL:'].map((text) =>
    Buffer.from(text),
  );
  return fuzzTraffic(cases, seed, {
    traffic: [...made, ...foreign].map((text) => Uint8Array.from(text)),
    put: (bytes) => {
      const parsed = parsePassText(bytes);
      if (parsed === undefined) return;
      const { claims, signed, signature } = parsed;
      demand(bytes.length === PASS_TEXT_LENGTH, 'a pass is as long as a pass');
      demand(/^[0-9a-f]{32}$/.test(claims.id) && /^[0-9a-f]{32}$/.test(claims.pseudonym), 'ids of 16 bytes');
      demand(claims.validity.from < claims.validity.until, 'a validity that begins before it ends');
      if (!verify(null, signed, issuer.publicKey, signature)) return;
      demand(
        made.some((text) => text.equals(bytes)),
        'what is signed is a pass that was made, byte for byte',
      );
    },
  });
}

function passFrom(number: number, signed: (content: Uint8Array) => Uint8Array): Buffer {
  const id = createHash('sha256').update(`pass ${number}`).digest('hex').slice(0, 32);
  const validity = { from: wallTime(FROM), until: wallTime(FROM + SPAN * (number + 1)) };
  const uses = number % 2 === 0 ? 'once' : 'while-valid';
  const pass = { id: id as PassId, pseudonym: id as Pseudonym, validity, uses } as const;
  return Buffer.from(passText(pass, signed) ?? '', 'latin1');
}
