import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { folderKey } from '../keys/folderKey.ts';
import { keyObject, type KeyPurpose } from '../vault/derivedKeys.ts';
import { seal, unseal, type SealedAs } from '../vault/seal.ts';
import { OWN_FILE } from './atomicFile.ts';

export interface SealedFileParts<Content> {
  readonly folder: string;
  /** The root secret of the folder, 32 bytes; the caller may overwrite it right after. */
  readonly master: Uint8Array;
  readonly name: string;
  readonly purpose: KeyPurpose;
  readonly version: number;
  readonly bytesMax: number;
  /** Overwritten once it is sealed. */
  readonly bytesOf: (content: Content) => Uint8Array;
}

/** A small file of the data folder, sealed under a key of its own out of the cabinet, and always written as a whole. */
export class SealedFile<Content> {
  readonly #parts: Omit<SealedFileParts<Content>, 'master'>;
  readonly #path: string;
  readonly #key: KeyObject;
  readonly #sealedAs: SealedAs;
  #waiting: Content | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @throws as `folderKey` does */
  constructor({ master, ...parts }: SealedFileParts<Content>) {
    this.#parts = parts;
    this.#path = join(parts.folder, parts.name);
    this.#sealedAs = [parts.purpose, parts.version];
    const key = folderKey(parts.folder, master, parts.purpose);
    this.#key = keyObject(key);
    key.fill(0);
  }

  /** For the caller to overwrite; undefined where there is no file. @throws Fault `storage` for one that this gate did not write. */
  read(): Buffer | undefined {
    if (!existsSync(this.#path)) return undefined;
    const { size } = statSync(this.#path);
    if (size > this.#parts.bytesMax) throw this.damaged(`${size} bytes`);
    const content = unseal(this.#key, this.#sealedAs, readFileSync(this.#path));
    if (content === undefined) throw this.damaged('a file that this gate did not write');
    return content;
  }

  /**
   * Resolves once this content, or a newer one, outlives a loss of power.
   * @throws Fault `storage` where it cannot be written; the old content stands then.
   */
  write(content: Content): Promise<void> {
    this.#waiting = content;
    const written = this.#writing.then(() => this.#writeWaiting());
    this.#writing = written.catch(() => undefined);
    return written;
  }

  damaged(found: string): Fault {
    return new Fault('storage', { thing: this.#parts.name, found, expected: 'the file as this gate wrote it' });
  }

  async #writeWaiting(): Promise<void> {
    const content = this.#waiting;
    if (content === undefined) return;
    const { folder, bytesOf } = this.#parts;
    const bytes = bytesOf(content);
    try {
      const temporary = `${this.#path}.new`;
      await writeFile(temporary, seal(this.#key, this.#sealedAs, bytes), { flush: true, mode: OWN_FILE });
      await rename(temporary, this.#path);
      await using handle = await open(folder);
      await handle.sync();
    } catch (error) {
      const expected = `${folder} with room, for this account to write`;
      throw new Fault('storage', { thing: this.#path, found: messageOf(error), expected }, error);
    } finally {
      bytes.fill(0);
    }
    // Only now: whoever was told that it waits behind this one must not be told that it is written where it is not.
    if (this.#waiting === content) this.#waiting = undefined;
  }
}
