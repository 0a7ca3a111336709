import { assert } from '#core/kernel/assert.ts';
import type { ConsentId, CredentialId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';

/** An id in a row: 16 random bytes. As text 32 lower-case hex digits. */
export const ID_BYTES = 16;
const RANDOM_ID = /^[0-9a-f]{32}$/;

type RandomId = Pseudonym | ConsentId | CredentialId | TemplateId;

/** Ids stand in clear beside sealed rows, so they must be random and say nothing about anybody. */
export function idBytes(id: RandomId): Buffer {
  assert(RANDOM_ID.test(id), `an id that is stored is 32 lower-case hex digits, not ${JSON.stringify(id)}`);
  return Buffer.from(id, 'hex');
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

export const pseudonymOf = (bytes: Uint8Array): Pseudonym => hex(bytes) as Pseudonym;
export const consentIdOf = (bytes: Uint8Array): ConsentId => hex(bytes) as ConsentId;
export const credentialIdOf = (bytes: Uint8Array): CredentialId => hex(bytes) as CredentialId;
export const templateIdOf = (bytes: Uint8Array): TemplateId => hex(bytes) as TemplateId;
