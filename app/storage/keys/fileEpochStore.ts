import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { assert } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { EPOCH_SECRETS_MAX, type EpochStore } from '#core/ports/epochStore.ts';
import { OWN_FILE, makeFolder, syncFolder } from '../files/atomicFile.ts';
import { overwriteFile } from '../files/overwriteFile.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';
import { withOwnFile } from './ownFile.ts';

/** The file: two slots in sectors of their own, so that a write that is torn in one leaves the other whole. */
const SLOT_BYTES = 4_096;
const FILE_BYTES = EPOCH_SECRETS_MAX * SLOT_BYTES;
/** A slot: 8 bytes that name format and version, 32 bytes of secret, the first 8 bytes of SHA-256 of both; or zeros. */
const MAGIC = Buffer.from('LINTELE1', 'latin1');
const CHECKSUM_BYTES = 8;
const USED_BYTES = MAGIC.length + KEY_BYTES + CHECKSUM_BYTES;

/** The epoch secret in a file of the gate's own account, outside the data folder. */
export function createFileEpochStore(path: string): EpochStore {
  return new FileEpochStore(path);
}

type Slot = { readonly kind: 'secret'; readonly secret: Buffer } | { readonly kind: 'empty' | 'torn' };

class FileEpochStore implements EpochStore {
  readonly protection: EpochStore['protection'];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.protection = {
      kind: 'file',
      worth:
        `the epoch secret lies in ${path} and is overwritten in place with each deletion: not proven on flash, whose ` +
        'controller may keep the old bytes where only a laboratory reads them, nor on a file system that copies on write',
    };
  }

  read(): Uint8Array[] {
    if (!existsSync(this.#path)) return [];
    const slots = this.#slots(false);
    const secrets = slots.flatMap((slot) => (slot.kind === 'secret' ? [slot.secret] : []));
    // A torn slot beside a whole one is a replacement that was cut off; alone it is damage.
    if (secrets.length === 0 && slots.some(({ kind }) => kind === 'torn'))
      throw this.#fault('a damaged secret', 'the file as it was written: bring it back from an escrow place');
    return secrets;
  }

  hold(secrets: readonly Uint8Array[]): void {
    assert(secrets.length >= 1 && secrets.length <= EPOCH_SECRETS_MAX, 'one epoch secret is held, or two');
    for (const secret of secrets) assert(secret.length === KEY_BYTES, 'an epoch secret has 32 bytes');
    try {
      if (existsSync(this.#path)) this.#hold(secrets);
      else this.#make(secrets);
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw this.#fault(messageOf(error), 'a file that this account may write');
    }
  }

  destroy(): void {
    if (!existsSync(this.#path)) return;
    try {
      overwriteFile(this.#path);
    } catch (error) {
      throw this.#fault(messageOf(error), 'a file that this account may overwrite');
    }
  }

  #hold(secrets: readonly Uint8Array[]): void {
    const wanted = secrets.map((secret) => Buffer.from(secret));
    const places = this.#slots(true).map((slot): Buffer | undefined => {
      if (slot.kind !== 'secret') return undefined;
      const held = wanted.find((secret) => secret.equals(slot.secret));
      slot.secret.fill(0);
      return held;
    });
    // New secrets first, into slots that hold none of the wanted ones; what is left over is overwritten after them.
    const kept = new Set(places);
    for (const secret of wanted) {
      if (kept.has(secret)) continue;
      const free = places.indexOf(undefined);
      this.#write(free, slotOf(secret));
      places[free] = secret;
    }
    for (const [index, secret] of places.entries())
      if (secret === undefined) this.#write(index, Buffer.alloc(SLOT_BYTES));
    for (const secret of wanted) secret.fill(0);
  }

  #slots(write: boolean): Slot[] {
    return withOwnFile({ thing: `epoch file ${this.#path}`, path: this.#path, bytes: FILE_BYTES, write }, (handle) =>
      Array.from({ length: EPOCH_SECRETS_MAX }, (_, index) => {
        const bytes = Buffer.alloc(USED_BYTES);
        readSync(handle, bytes, 0, USED_BYTES, index * SLOT_BYTES);
        const slot = parseSlot(bytes);
        bytes.fill(0);
        return slot;
      }),
    );
  }

  /** Random bytes lie there between the old and the new: a disk that keeps what compares equal keeps neither. */
  #write(index: number, content: Buffer): void {
    withOwnFile({ thing: `epoch file ${this.#path}`, path: this.#path, bytes: FILE_BYTES, write: true }, (handle) => {
      for (const bytes of [randomBytes(SLOT_BYTES), content]) {
        for (let at = 0; at < bytes.length;)
          at += writeSync(handle, bytes, at, bytes.length - at, index * SLOT_BYTES + at);
        fsyncSync(handle);
        bytes.fill(0);
      }
    });
  }

  /** With its secrets from the first moment: were they written into an empty file, a start cut off would leave a torn slot alone. */
  #make(secrets: readonly Uint8Array[]): void {
    const temporary = `${this.#path}.new`;
    makeFolder(dirname(this.#path));
    const content = Buffer.alloc(FILE_BYTES);
    for (const [index, secret] of secrets.entries()) content.set(slotOf(secret), index * SLOT_BYTES);
    const handle = openSync(temporary, 'w', OWN_FILE);
    try {
      for (let at = 0; at < FILE_BYTES;) at += writeSync(handle, content, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
      content.fill(0);
    }
    renameSync(temporary, this.#path);
    syncFolder(dirname(this.#path));
  }

  #fault(found: string, expected: string): Fault {
    return new Fault('key', { thing: `epoch file ${this.#path}`, found, expected });
  }
}

function slotOf(secret: Uint8Array): Buffer {
  const slot = Buffer.alloc(SLOT_BYTES);
  slot.set(MAGIC);
  slot.set(secret, MAGIC.length);
  slot.set(checksumOf(slot.subarray(0, MAGIC.length + KEY_BYTES)), MAGIC.length + KEY_BYTES);
  return slot;
}

function parseSlot(bytes: Buffer): Slot {
  if (bytes.every((byte) => byte === 0)) return { kind: 'empty' };
  const checked = bytes.subarray(0, MAGIC.length + KEY_BYTES);
  const whole =
    checked.subarray(0, MAGIC.length).equals(MAGIC) && checksumOf(checked).equals(bytes.subarray(checked.length));
  return whole ? { kind: 'secret', secret: Buffer.from(checked.subarray(MAGIC.length)) } : { kind: 'torn' };
}

const checksumOf = (content: Uint8Array): Buffer =>
  createHash('sha256').update(content).digest().subarray(0, CHECKSUM_BYTES);
