import { createHash, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto';
import { fstatSync, linkSync, lstatSync, readSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';
import { makeFolder, syncFolder } from './files/atomicFile.ts';
import { overwriteFile } from './files/overwriteFile.ts';
import { withOwnFile } from './keys/ownFile.ts';
import { destroySecretFile, overwriteLeftovers, replaceSecretFile, writeSecretFile } from './keys/secretFile.ts';
import { KEY_BYTES } from './vault/derivedKeys.ts';

/**
 * The file: 8 bytes that name format and version, 32 bytes of secret, while it is being changed 32 bytes of the next one,
 * the first 8 bytes of SHA-256 of all that.
 */
const MAGIC = Buffer.from('LINTELK1', 'latin1');
const CHECKSUM_BYTES = 8;
const FILE_BYTES = [1, 2].map((secrets) => MAGIC.length + secrets * KEY_BYTES + CHECKSUM_BYTES);

/** The master secret in a file of the gate's own account, outside the data folder. */
export function createFileKeyStore(path: string): KeyStore {
  return new FileKeyStore(path);
}

class FileKeyStore implements KeyStore {
  readonly protection: KeyStore['protection'];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.protection = {
      kind: 'file',
      worth:
        `the key lies in ${path}, readable by the gate's own account and root: whoever can read this file, or holds the whole ` +
        'disk, can read the data; a data folder or a backup that is taken without it cannot be read',
    };
  }

  /** @throws Fault `key` where that cannot be told: a key out of sight is not taken for none. */
  exists(): boolean {
    try {
      return lstatSync(this.#path, { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
      throw this.#fault(messageOf(error), 'a folder that this account may look into', error);
    }
  }

  open(): Uint8Array {
    const [present, next] = this.#read();
    next?.fill(0);
    return present;
  }

  openNext(): Uint8Array | undefined {
    const [present, next] = this.#read();
    present.fill(0);
    return next;
  }

  create(): void {
    const secret = randomBytes(KEY_BYTES);
    const content = contentOf([secret]);
    const temporary = `${this.#path}.${randomBytes(8).toString('hex')}`;
    try {
      makeFolder(dirname(this.#path));
      writeSecretFile(temporary, content);
      try {
        // A link never replaces: of two first starts at the same instant one makes the key and the other is told.
        linkSync(temporary, this.#path);
      } catch (error) {
        overwriteFile(temporary);
        throw error;
      }
      // Not overwritten: it is the key itself under another name.
      unlinkSync(temporary);
      syncFolder(dirname(this.#path));
    } catch (error) {
      if (this.exists()) throw this.#fault('a key already', 'none: a key is made once and never replaced');
      throw this.#fault(messageOf(error), 'a folder that this account may write', error);
    } finally {
      for (const bytes of [secret, content]) bytes.fill(0);
    }
  }

  propose(): Uint8Array {
    const [present, standing] = this.#read();
    const next = standing ?? randomFillSync(new Uint8Array(KEY_BYTES));
    if (standing === undefined) this.#write([present, next]);
    present.fill(0);
    return next;
  }

  settle(secret: Uint8Array): void {
    const held = this.#read().filter((one) => one !== undefined);
    const known = held.some((one) => timingSafeEqual(one, secret));
    if (!known) throw this.#fault('other secrets', 'the one that is to stay');
    if (held.length > 1) this.#write([secret]);
    else overwriteLeftovers(this.#path);
    for (const one of held) one.fill(0);
  }

  restore(secret: Uint8Array): void {
    this.#write([secret]);
  }

  destroy(): void {
    try {
      destroySecretFile(this.#path);
    } catch (error) {
      throw this.#fault(messageOf(error), 'a file that this account may overwrite', error);
    }
  }

  #write(secrets: readonly Uint8Array[]): void {
    const content = contentOf(secrets);
    try {
      replaceSecretFile(this.#path, content);
    } catch (error) {
      throw this.#fault(messageOf(error), 'a folder that this account may write', error);
    } finally {
      content.fill(0);
    }
  }

  #read(): [present: Uint8Array, next?: Uint8Array] {
    const file = { thing: `key file ${this.#path}`, path: this.#path, bytes: FILE_BYTES };
    const content = withOwnFile(file, (handle) => {
      const bytes = Buffer.alloc(fstatSync(handle).size);
      readSync(handle, bytes, 0, bytes.length, 0);
      return bytes;
    });
    try {
      const checked = content.subarray(0, content.length - CHECKSUM_BYTES);
      if (!content.subarray(0, MAGIC.length).equals(MAGIC))
        throw this.#fault('a file of another kind', 'a key file, version 1');
      if (!checksumOf(checked).equals(content.subarray(checked.length))) {
        throw this.#fault('a damaged secret', 'the file as it was made: bring it back from its backup');
      }
      const present = Uint8Array.from(checked.subarray(MAGIC.length, MAGIC.length + KEY_BYTES));
      const next = Uint8Array.from(checked.subarray(MAGIC.length + KEY_BYTES));
      return next.length === 0 ? [present] : [present, next];
    } finally {
      content.fill(0);
    }
  }

  #fault(found: string, expected: string, cause?: unknown): Fault {
    return new Fault('key', { thing: `key file ${this.#path}`, found, expected }, cause);
  }
}

function contentOf(secrets: readonly Uint8Array[]): Buffer {
  const checked = Buffer.concat([MAGIC, ...secrets]);
  const content = Buffer.concat([checked, checksumOf(checked)]);
  checked.fill(0);
  return content;
}

const checksumOf = (content: Uint8Array): Buffer =>
  createHash('sha256').update(content).digest().subarray(0, CHECKSUM_BYTES);
