import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { replaceFile } from '../files/atomicFile.ts';
import type { SealedAs } from '../vault/seal.ts';
import { sealTo, unsealAs } from './curveKeys.ts';

const FORMAT = 1;
const AS: SealedAs = ['root secret'];

const CopyFile = z.strictObject({
  format: z.literal(FORMAT),
  /** How often the root secret had been changed. */
  changes: z.number(),
  /** The recovery key that it is sealed to, lower-case hex. */
  reader: z.string(),
  /** The secret and, while it is being changed, the next one; base64. */
  sealed: z.array(z.string()),
});

export interface RecoveryState {
  readonly changes: number;
  /** X25519, 32 bytes. */
  readonly reader: Uint8Array;
}

/**
 * The root secret sealed to the site's recovery key, beside what the key store keeps of it: for a machine whose TPM no
 * longer opens its own, after an update that changed what is measured, or a key file that was lost.
 */
export class RecoveryCopy {
  readonly #path: string;

  /** @param place of the root secret */
  constructor(place: { readonly path: string }) {
    this.#path = `${place.path}.recovery`;
  }

  get path(): string {
    return this.#path;
  }

  /** Does it hold one secret, the one of that state, as far as that can be told without opening it? */
  isOf({ changes, reader }: RecoveryState): boolean {
    if (!existsSync(this.#path)) return false;
    try {
      const file = this.#read();
      return file.changes === changes && file.reader === hexOf(reader) && file.sealed.length === 1;
    } catch {
      return false;
    }
  }

  write({ changes, reader }: RecoveryState, secrets: readonly Uint8Array[]): void {
    const sealed = secrets.map((secret) => sealTo(reader, AS, secret).toString('base64'));
    const file: z.infer<typeof CopyFile> = { format: FORMAT, changes, reader: hexOf(reader), sealed };
    replaceFile(this.#path, `${JSON.stringify(file)}\n`);
  }

  /** Every secret in it, for the caller to overwrite. @throws Fault `key` where it does not open. */
  open(recoverySecret: Uint8Array): Buffer[] {
    return this.#read().sealed.map((text) => {
      const secret = unsealAs(recoverySecret, AS, Buffer.from(text, 'base64'));
      if (secret !== undefined) return secret;
      throw this.#fault('a copy that this recovery key does not open', 'the recovery key that it was sealed to');
    });
  }

  #read(): z.infer<typeof CopyFile> {
    let found: unknown;
    try {
      found = JSON.parse(readFileSync(this.#path, 'utf8'));
    } catch (error) {
      throw this.#fault(messageOf(error), 'the copy as this gate wrote it');
    }
    const parsed = CopyFile.safeParse(found);
    if (parsed.success) return parsed.data;
    throw this.#fault(z.prettifyError(parsed.error), 'a copy for the recovery key, version 1');
  }

  #fault(found: string, expected: string): Fault {
    return new Fault('key', { thing: `recovery copy ${this.#path}`, found, expected });
  }
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
