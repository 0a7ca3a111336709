import { randomBytes } from 'node:crypto';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import { Template } from '#core/biometrics/template.ts';
import type { ConsentId, CredentialId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { Enrolment } from '#core/ports/stores.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
/** The form of a hash, with nothing behind it: nobody knows a PIN to it. */
const PIN_HASH = `$argon2id$v=19$m=19456,t=5,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
const SHA_256 = '0'.repeat(64);

const id = <Id extends string>(): Id => randomBytes(16).toString('hex') as Id;

export interface Crowd {
  /** Numbers of the first and the last of them: their cards and personal numbers are made of these. */
  readonly from: number;
  readonly to: number;
  readonly templateFormat: string;
}

/**
 * People who are nobody: a random direction for a face, a card and a PIN each. Random directions of 512 numbers lie so
 * far apart that no real face is mistaken for one.
 */
export function* madeUpPeople({ from, to, templateFormat }: Crowd): Generator<Enrolment> {
  for (let number = from; number <= to; number++) {
    const pseudonym = id<Pseudonym>();
    const consent = id<ConsentId>();
    const now = Date.now();
    const shared = {
      pseudonym,
      state: 'active',
      validity: { from: wallTime(now), until: wallTime(now + YEAR_MS) },
    } as const;
    const record = { id: id<TemplateId>(), pseudonym, consent, until: wallTime(now + YEAR_MS), format: templateFormat };
    yield {
      cardholder: { ...shared, name: `Made up ${number}`, relation: 'staff', accessPoints: 'all' },
      credentials: [
        { ...shared, id: id<CredentialId>(), kind: 'card', format: 'uid', number: (0xc0000000 + number).toString(16) },
        {
          ...shared,
          id: id<CredentialId>(),
          kind: 'pin',
          personalNumber: String(1_000_000 + number),
          pinHash: PIN_HASH,
        },
      ],
      face: {
        consent: {
          id: consent,
          pseudonym,
          purpose: 'face-access',
          textId: 'bench',
          textSha256: SHA_256,
          language: 'en',
          givenAt: wallTime(now),
          endsAt: wallTime(now + YEAR_MS),
          terminal: 'bench-gate',
          actedBy: 'made-up-for-demonstration',
        },
        templates: [new Template(record, randomDirection())],
      },
    };
  }
}

function randomDirection(): Float32Array<ArrayBuffer> {
  const values = new Float32Array(FEATURE_LENGTH);
  let squares = 0;
  for (let i = 0; i < FEATURE_LENGTH; i++) {
    // Two independent uniforms to a normal: only so are all directions equally likely.
    const value = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    values[i] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  return values.map((value) => value / length);
}
