import * as z from 'zod/mini';
import type { Cardholder, Credential } from '#core/access/credential.ts';
import type { AccessLevelId, AccessPointId } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Consent } from '#core/privacy/consent.ts';

/** What the sealed rows hold, as JSON: everything of a person but the ids that the row itself carries. */

type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;
export type CardholderContent = Omit<Cardholder, 'pseudonym'>;
export type CredentialContent = Without<Credential, 'id' | 'pseudonym'>;
export type ConsentContent = Omit<Consent, 'id' | 'pseudonym'>;

const Moment = z.custom<WallTime>(
  (value) => typeof value === 'number' && Number.isFinite(value),
  'a moment in milliseconds',
);
const AccessPoint = z.custom<AccessPointId>((value) => typeof value === 'string', 'the name of an access point');
const Level = z.custom<AccessLevelId>((value) => typeof value === 'string', 'the name of an access level');
const Validity = z.strictObject({ from: Moment, until: Moment });

const CredentialShared = { state: z.enum(['active', 'suspended', 'lost']), validity: Validity };

export const CardholderRow: z.ZodMiniType<CardholderContent> = z.strictObject({
  name: z.string(),
  relation: z.enum(['staff', 'resident', 'visitor']),
  state: z.enum(['active', 'suspended']),
  validity: Validity,
  accessPoints: z.union([z.literal('all'), z.array(AccessPoint)]),
  levels: z.exactOptional(z.array(Level)),
  privileges: z.exactOptional(z.array(z.enum(['opens-first', 'free-of-anti-passback']))),
});

export const CredentialRow: z.ZodMiniType<CredentialContent> = z.discriminatedUnion('kind', [
  z.strictObject({ ...CredentialShared, kind: z.literal('card'), format: z.string(), number: z.string() }),
  z.strictObject({ ...CredentialShared, kind: z.literal('pin'), personalNumber: z.string(), pinHash: z.string() }),
]);

export const ConsentRow: z.ZodMiniType<ConsentContent> = z.strictObject({
  purpose: z.literal('face-access'),
  textId: z.string(),
  textSha256: z.string(),
  language: z.enum(['zh-Hans', 'en']),
  givenAt: Moment,
  endsAt: Moment,
  terminal: z.string(),
  actedBy: z.enum(['data-subject', 'guardian', 'made-up-for-demonstration']),
});
