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
    return this.#has(this.#name);
  }

  open(): Uint8Array {
    if (this.#folder === undefined)
      throw this.#fault('no CREDENTIALS_DIRECTORY', 'a start by systemd with this credential');
    return this.#read(this.#folder, this.#name);
  }

  /** A second credential, which whoever is root makes and lists in the unit beside the first. */
  openNext(): Uint8Array | undefined {
    return this.#folder !== undefined && this.#has(this.#next) ? this.#read(this.#folder, this.#next) : undefined;
  }

  create(): void {
    const expected = `the credential, made once as root: ${made(this.#name)}`;
    throw this.#fault('none, and a service cannot make its own', expected);
  }

  propose(): Uint8Array {
    const next = this.openNext();
    if (next !== undefined) return next;
    const expected =
      `a second credential, made as root: ${made(this.#next)} then LoadCredentialEncrypted=${this.#next} in the unit, a ` +
      'new start of the service, and this command once more';
    throw this.#fault('no next one, and a service cannot make its own', expected);
  }

  settle(secret: Uint8Array): void {
    const [present, next] = [this.open(), this.openNext()];
    const [isPresent, isNext] = [present, next].map((one) => one !== undefined && Buffer.compare(one, secret) === 0);
    for (const one of [present, next]) one?.fill(0);
    if (isPresent === true) return;
    if (isNext !== true) throw this.#fault('other secrets', 'the one that is to stay');
    const [from, to] = [stored(this.#next), stored(this.#name)];
    const expected =
      `the next one in its place, as root: systemd-creds decrypt --name=${this.#next} ${from} - | systemd-creds encrypt ` +
      `--name=${this.#name} - ${to} && shred -u ${from}, and without ${this.#next} in the unit`;
    throw this.#fault('the secret from before', expected);
  }

  restore(): void {
    const expected =
      `the secret, which recover-root writes to its standard output, put there as root: … | systemd-creds encrypt ` +
      `--name=${this.#name} - ${stored(this.#name)}`;
    throw this.#fault('a credential that only systemd writes', expected);
  }

  destroy(): void {
    if (!this.exists()) return;
    throw this.#fault('one that systemd keeps', `the credential removed by root: shred -u ${stored(this.#name)}`);
  }

  get #next(): string {
    return `${this.#name}.next`;
  }

  #has(name: string): boolean {
    return this.#folder !== undefined && existsSync(join(this.#folder, name));
  }

  #read(folder: string, name: string): Uint8Array {
    let content: Buffer;
    try {
      content = readFileSync(join(folder, name));
    } catch (error) {
      throw this.#fault(messageOf(error), `LoadCredentialEncrypted=${name} in the unit of this service`);
    }
    try {
      if (content.length !== KEY_BYTES) throw this.#fault(`${content.length} bytes`, `${KEY_BYTES} bytes`);
      return Uint8Array.from(content);
    } finally {
      content.fill(0);
    }
  }

  #fault(found: string, expected: string): Fault {
    return new Fault('key', { thing: `credential ${this.#name}`, found, expected });
  }
}

const stored = (name: string): string => `/etc/credstore.encrypted/${name}`;

const made = (name: string): string =>
  `head -c ${KEY_BYTES} /dev/urandom | systemd-creds encrypt --name=${name} - ${stored(name)}`;
