import { createHash, randomBytes } from 'node:crypto';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import { Template } from '#core/biometrics/template.ts';
import type { AccessPointId, ConsentId, CredentialId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { EnrolledFace, Enrolment } from '#core/ports/stores.ts';

const idOf = <Id extends string>(label: string): Id =>
  createHash('sha256').update(label).digest('hex').slice(0, 32) as Id;

const FRONT = 'front' as AccessPointId;
const VALIDITY = { from: wallTime(1_700_000_000_000), until: wallTime(1_900_000_000_000) };

/** Features that can be told from anybody else's, of length 1. */
export function featuresOf(label: string): Float32Array<ArrayBuffer> {
  const seed = createHash('sha256').update(label).digest();
  const values = new Float32Array(FEATURE_LENGTH);
  for (let i = 0; i < FEATURE_LENGTH; i++) values[i] = (seed[i % 32]! - 127.5) * (((i * 7) % 13) + 1);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** A person with a card, a PIN, a face and everything that may be searched for on the disk. */
export function person(label: string): Enrolment & { readonly face: NonNullable<Enrolment['face']> } {
  const pseudonym = idOf<Pseudonym>(`pseudonym ${label}`);
  const consent = idOf<ConsentId>(`consent ${label}`);
  const shared = { pseudonym, state: 'active', validity: VALIDITY } as const;
  const until = endOf(label);
  const template = { id: idOf<TemplateId>(`template ${label}`), pseudonym, consent, until, format: 'arcface-512' };
  return {
    cardholder: { ...shared, name: nameOf(label), relation: 'staff', accessPoints: [FRONT] },
    credentials: [
      { ...shared, id: idOf<CredentialId>(`card ${label}`), kind: 'card', format: 'H10301', number: cardOf(label) },
      {
        ...shared,
        id: idOf<CredentialId>(`pin ${label}`),
        kind: 'pin',
        personalNumber: numberOf(label),
        pinHash: pinHashOf(label),
      },
    ],
    face: {
      consent: {
        id: consent,
        pseudonym,
        purpose: 'face-access',
        textId: 'face-access/1',
        textSha256: 'ab'.repeat(32),
        language: 'zh-Hans',
        givenAt: wallTime(1_760_000_000_000),
        endsAt: until,
        terminal: `terminal of ${label}`,
        actedBy: 'data-subject',
      },
      templates: [new Template(template, featuresOf(label))],
    },
  };
}

/** A face that this person gives later, on a consent of its own. */
export function faceAnew(label: string): EnrolledFace {
  const { consent } = person(label).face;
  const again = { ...consent, id: idOf<ConsentId>(`consent anew ${label}`), givenAt: wallTime(consent.givenAt + 1) };
  const { pseudonym, endsAt: until } = again;
  const id = idOf<TemplateId>(`template anew ${label}`);
  const record = { id, pseudonym, consent: again.id, until, format: 'arcface-512' };
  return { consent: again, templates: [new Template(record, featuresOf(`anew ${label}`))] };
}

/** A person who uses a card only. */
export function cardHolder(label: string): Enrolment {
  const { cardholder, credentials } = person(label);
  return { cardholder, credentials: credentials.slice(0, 1) };
}

export const nameOf = (label: string): string => `Zebedee 泽比迪 ${label}`;
export const cardOf = (label: string): string =>
  createHash('sha256').update(`card number ${label}`).digest('hex').slice(0, 20);
/** When the consent of somebody ends: a moment of that person's own. */
export const endOf = (label: string): WallTime =>
  wallTime(1_790_000_000_000 + Number.parseInt(cardOf(label).slice(0, 8), 16));
export const numberOf = (label: string): string => `77${Number.parseInt(cardOf(label).slice(0, 8), 16)}`;
export const pinHashOf = (label: string): string => `$argon2id$v=19$m=19456,t=5,p=1$${cardOf(label)}$${'A'.repeat(43)}`;

export const valuesOf = (template: Template): Float32Array => {
  const values = new Float32Array(FEATURE_LENGTH);
  template.copyTo(values, 0);
  return values;
};

export const secret = (): Uint8Array => Uint8Array.from(randomBytes(32));
