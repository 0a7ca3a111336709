import { assert } from '#core/kernel/assert.ts';
import type { ConsentId, CredentialId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';

/** An id in a row: 16 random bytes. As text 32 lower-case hex digits. */
export const ID_BYTES = 16;
const RANDOM_ID = /^[0-9a-f]{32}$/;

export type RandomId = Pseudonym | ConsentId | CredentialId | TemplateId;

export const isRandomId = (id: string): boolean => RANDOM_ID.test(id);

/** Ids stand in clear beside sealed rows, so they must be random and say nothing about anybody. */
export function idBytes(id: RandomId): Buffer {
  assert(isRandomId(id), `an id that is stored is 32 lower-case hex digits, not ${JSON.stringify(id)}`);
  return Buffer.from(id, 'hex');
}

/** SQL that gives an id back as text; the column holds ID_BYTES, which the table checks. */
export const idText = (column: string): string => `lower(hex(${column})) AS ${column}`;
