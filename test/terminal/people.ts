import type { Cardholder, CardCredential, Credential, PinCredential } from '#core/access/credential.ts';
import type { CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { CardRead } from '#core/ports/hardware.ts';
import { idFrom } from '../fakes/fakePeopleStore.ts';

export interface Enrolled {
  readonly cardholder: Cardholder;
  readonly credentials: readonly Credential[];
}

const ALWAYS = { from: wallTime(0), until: wallTime(Date.UTC(2100, 0, 1)) };

/** Somebody with a card of this number and, where a personal number is given, the PIN 735910. */
export function somebody(
  name: string,
  card: string,
  differing: Partial<Cardholder> & { readonly personalNumber?: string } = {},
): Enrolled {
  const { personalNumber, ...ofHolder } = differing;
  const base = { pseudonym: idFrom<Pseudonym>(name), state: 'active', validity: ALWAYS } as const;
  const cardholder: Cardholder = { ...base, name, relation: 'staff', accessPoints: 'all', ...ofHolder };
  const held: CardCredential = {
    ...base,
    id: idFrom<CredentialId>(`card of ${name}`),
    kind: 'card',
    format: 'uid',
    number: card,
  };
  if (personalNumber === undefined) return { cardholder, credentials: [held] };
  const pin: PinCredential = {
    ...base,
    id: idFrom<CredentialId>(`pin of ${name}`),
    kind: 'pin',
    personalNumber,
    pinHash: '$fake$0$735910',
  };
  return { cardholder, credentials: [held, pin] };
}

export const PIN = '735910';
/** As somebody types it under duress. */
export const PIN_UNDER_DURESS = '735911';

export const card = (number: string): CardRead => ({ format: 'uid', number });
