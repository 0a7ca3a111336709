import type { Cardholder, CardCredential, PinCredential, Validity } from '#core/access/credential.ts';
import type { AccessPointId, CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';

export const pseudonym = (name: string): Pseudonym => name as Pseudonym;
export const accessPoint = (name: string): AccessPointId => name as AccessPointId;
export const credentialId = (name: string): CredentialId => name as CredentialId;

export const ALWAYS: Validity = { from: wallTime(0), until: wallTime(Number.MAX_SAFE_INTEGER) };

export const holder = (name: string, differing: Partial<Cardholder> = {}): Cardholder => ({
  pseudonym: pseudonym(name),
  name: `the name of ${name}`,
  relation: 'staff',
  state: 'active',
  validity: ALWAYS,
  accessPoints: 'all',
  ...differing,
});

export const card = (of: string, number: string, format = 'H10301'): CardCredential => ({
  kind: 'card',
  id: credentialId(`card ${number}`),
  pseudonym: pseudonym(of),
  state: 'active',
  validity: ALWAYS,
  format,
  number,
});

export const pin = (of: string, personalNumber: string): PinCredential => ({
  kind: 'pin',
  id: credentialId(`pin ${personalNumber}`),
  pseudonym: pseudonym(of),
  state: 'active',
  validity: ALWAYS,
  personalNumber,
  pinHash: 'a hash',
});
