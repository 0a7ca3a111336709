import { createHash, randomBytes, randomFillSync } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';
import { OWN_FILE, OWN_FOLDER, syncFolder } from './files/atomicFile.ts';
import { overwriteFile } from './files/overwriteFile.ts';
import { KEY_BYTES } from './vault/derivedKeys.ts';

/** The file: 8 bytes that name format and version, 32 bytes of secret, the first 8 bytes of SHA-256 of both. */
const MAGIC = Buffer.from('LINTELK1', 'latin1');
const CHECKSUM_BYTES = 8;
const FILE_BYTES = MAGIC.length + KEY_BYTES + CHECKSUM_BYTES;
/** Any access for group or others. */
const NOT_OWN = 0o077;

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
    const content = Buffer.alloc(FILE_BYTES);
    try {
      this.#read(content);
      const checked = content.subarray(0, MAGIC.length + KEY_BYTES);
      if (!content.subarray(0, MAGIC.length).equals(MAGIC))
        throw this.#fault('a file of another kind', 'a key file, version 1');
      if (!checksumOf(checked).equals(content.subarray(checked.length))) {
        throw this.#fault('a damaged secret', 'the file as it was made: bring it back from its backup');
      }
      return Uint8Array.from(checked.subarray(MAGIC.length));
    } finally {
      content.fill(0);
    }
  }

  create(): void {
    const content = Buffer.alloc(FILE_BYTES);
    const temporary = `${this.#path}.${randomBytes(8).toString('hex')}`;
    try {
      content.set(MAGIC);
      randomFillSync(content, MAGIC.length, KEY_BYTES);
      content.set(checksumOf(content.subarray(0, MAGIC.length + KEY_BYTES)), MAGIC.length + KEY_BYTES);
      mkdirSync(dirname(this.#path), { recursive: true, mode: OWN_FOLDER });
      writeNew(temporary, content);
      try {
        // A link never replaces: of two first starts at the same instant one makes the key and the other is told.
        linkSync(temporary, this.#path);
      } finally {
        rmSync(temporary);
      }
      syncFolder(dirname(this.#path));
    } catch (error) {
      if (this.exists()) throw this.#fault('a key already', 'none: a key is made once and never replaced');
      throw this.#fault(messageOf(error), 'a folder that this account may write', error);
    } finally {
      content.fill(0);
    }
  }

  destroy(): void {
    if (!this.exists()) return;
    try {
      overwriteFile(this.#path);
    } catch (error) {
      throw this.#fault(messageOf(error), 'a file that this account may overwrite', error);
    }
  }

  #read(content: Buffer): void {
    let handle: number;
    try {
      handle = openSync(this.#path, constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch (error) {
      const link = lstatSync(this.#path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
      throw this.#fault(link ? 'a symbolic link' : messageOf(error), 'a key file that this account may read', error);
    }
    try {
      this.#checkOwn(fstatSync(handle));
      if (readSync(handle, content, 0, FILE_BYTES, 0) !== FILE_BYTES)
        throw this.#fault('a file cut short', `${FILE_BYTES} bytes`);
    } finally {
      closeSync(handle);
    }
  }

  #checkOwn(file: Stats): void {
    if (!file.isFile()) throw this.#fault('no regular file', 'a key file');
    if (file.size !== FILE_BYTES) throw this.#fault(`${file.size} bytes`, `${FILE_BYTES} bytes`);
    if (file.uid !== process.getuid?.())
      throw this.#fault(`a file of account ${file.uid}`, "a file of the gate's own account");
    if ((file.mode & NOT_OWN) !== 0) {
      const mode = (file.mode & 0o777).toString(8);
      throw this.#fault(
        `mode ${mode}, which lets others in`,
        `mode 600: chmod 600 ${this.#path}, and consider whether the key is still secret`,
      );
    }
  }

  #fault(found: string, expected: string, cause?: unknown): Fault {
    return new Fault('key', { thing: `key file ${this.#path}`, found, expected }, cause);
  }
}

const checksumOf = (content: Uint8Array): Buffer =>
  createHash('sha256').update(content).digest().subarray(0, CHECKSUM_BYTES);

function writeNew(path: string, content: Uint8Array): void {
  const handle = openSync(path, 'wx', OWN_FILE);
  try {
    for (let at = 0; at < content.length;) at += writeSync(handle, content, at);
    fsyncSync(handle);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}
