import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';

/** The root secret as a credential that systemd hands to this service (systemd.exec(5), LoadCredentialEncrypted=). */
export function createCredentialKeyStore(name: string, env: NodeJS.ProcessEnv): KeyStore {
  return new CredentialKeyStore(name, env['CREDENTIALS_DIRECTORY']);
}

class CredentialKeyStore implements KeyStore {
  readonly protection: KeyStore['protection'];
  readonly #name: string;
  readonly #folder: string | undefined;

  constructor(name: string, folder: string | undefined) {
    this.#name = name;
    this.#folder = folder;
    this.protection = {
      kind: 'systemd-credential',
      worth:
        `systemd opens the credential ${name} for this service alone, in memory that is not swapped. What it is sealed with ` +
        'cannot be seen from here: with the TPM a copied disk is worth nothing, with the host key alone whoever holds the ' +
        'whole disk can read the data',
    };
  }

  exists(): boolean {
    return this.#folder !== undefined && existsSync(join(this.#folder, this.#name));
  }

  open(): Uint8Array {
    if (this.#folder === undefined)
      throw this.#fault('no CREDENTIALS_DIRECTORY', 'a start by systemd with this credential');
    let content: Buffer;
    try {
      content = readFileSync(join(this.#folder, this.#name));
    } catch (error) {
      throw this.#fault(messageOf(error), `LoadCredentialEncrypted=${this.#name} in the unit of this service`);
    }
    try {
      if (content.length !== KEY_BYTES) throw this.#fault(`${content.length} bytes`, `${KEY_BYTES} bytes`);
      return Uint8Array.from(content);
    } finally {
      content.fill(0);
    }
  }

  create(): void {
    const command = `head -c ${KEY_BYTES} /dev/urandom | systemd-creds encrypt --name=${this.#name} - /etc/credstore.encrypted/${this.#name}`;
    throw this.#fault('none, and a service cannot make its own', `the credential, made once as root: ${command}`);
  }

  destroy(): void {
    if (!this.exists()) return;
    const file = `/etc/credstore.encrypted/${this.#name}`;
    throw this.#fault('one that systemd keeps', `the credential removed by root: shred -u ${file}`);
  }

  #fault(found: string, expected: string): Fault {
    return new Fault('key', { thing: `credential ${this.#name}`, found, expected });
  }
}
