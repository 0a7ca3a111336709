import { assert } from '#core/kernel/assert.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import { ID_BYTES, idBytes } from '../files/randomId.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';
import type { PersonKeys } from '../vault/personKeys.ts';

/** People whose keys are sealed together: few enough that one deletion is cheap, many enough that the list stays short. */
export const PEOPLE_IN_A_BLOCK = 256;

/**
 * `held`: in use. `restricted`: erasure was asked for and a legal minimum still runs; kept and used for nothing else.
 * `erased`: both keys are gone; stays until nothing of the person is left in the other files.
 */
const STANDINGS = ['free', 'held', 'restricted', 'erased'] as const;
const HELD = STANDINGS.indexOf('held');
export type Standing = Exclude<(typeof STANDINGS)[number], 'free'>;

/** What a block knows of one person, keys apart. */
export interface KeyEntry {
  readonly pseudonym: Pseudonym;
  readonly standing: Standing;
  /** When the biometric key was destroyed. */
  readonly faceEndedAt?: WallTime;
  /** When the record key is to be destroyed: of a restricted person alone. */
  readonly recordDueAt?: WallTime;
}

/**
 * A slot: standing (1 byte), 7 bytes of zeros, pseudonym (16), moment of the end of the face and moment at which the
 * record key is due (8 each, a 64-bit float, little-endian, NaN for none), biometric key (32), record key (32). A key
 * that was destroyed is zeros.
 */
const PSEUDONYM_AT = 8;
const FACE_ENDED_AT = PSEUDONYM_AT + ID_BYTES;
const RECORD_DUE_AT = FACE_ENDED_AT + 8;
const KEYS_AT = { biometric: RECORD_DUE_AT + 8, record: RECORD_DUE_AT + 8 + KEY_BYTES };
const SLOT_BYTES = KEYS_AT.record + KEY_BYTES;
export const BLOCK_BYTES = PEOPLE_IN_A_BLOCK * SLOT_BYTES;
const NO_KEY = Buffer.alloc(KEY_BYTES);

export type KeyKind = keyof typeof KEYS_AT;

/** Is the key at `at` one that was destroyed? */
export function isZeros(bytes: Uint8Array, at: number): boolean {
  for (let index = at; index < at + KEY_BYTES; index++) if (bytes[index] !== 0) return false;
  return true;
}

/** One block, opened. Its bytes are what is sealed. */
export class KeyBlock implements Disposable {
  readonly bytes: Buffer;

  /** Takes over `bytes`, BLOCK_BYTES of them. */
  constructor(bytes: Buffer = Buffer.alloc(BLOCK_BYTES)) {
    assert(bytes.length === BLOCK_BYTES, `a block of keys has ${BLOCK_BYTES} bytes, not ${bytes.length}`);
    this.bytes = bytes;
  }

  get taken(): number {
    let taken = 0;
    this.visit(() => (taken += 1));
    return taken;
  }

  /** Calls `visit` with where each pseudonym stands in `bytes`. */
  visit(visit: (pseudonymAt: number) => unknown): void {
    for (let at = 0; at < BLOCK_BYTES; at += SLOT_BYTES) if (this.bytes[at] !== 0) visit(at + PSEUDONYM_AT);
  }

  /** Everybody who is not simply held. Most people are, and an entry of each would take longer to make than to open the block. */
  *special(): Generator<KeyEntry> {
    for (let slot = 0; slot < PEOPLE_IN_A_BLOCK; slot++) {
      const at = slot * SLOT_BYTES;
      if (this.bytes[at] === HELD && Number.isNaN(this.bytes.readDoubleLE(at + FACE_ENDED_AT))) continue;
      const entry = this.#entryIn(slot);
      if (entry !== undefined) yield entry;
    }
  }

  /** Every key of a kind that was not destroyed. */
  copyKeys(kind: KeyKind, into: PersonKeys): void {
    this.visit((pseudonymAt) => {
      const keyAt = pseudonymAt - PSEUDONYM_AT + KEYS_AT[kind];
      if (!isZeros(this.bytes, keyAt)) into.addFrom(this.bytes, pseudonymAt, keyAt);
    });
  }

  /** A new person, both keys copied; false where the block is full. */
  add(pseudonym: Pseudonym, keys: Readonly<Record<KeyKind, Uint8Array | undefined>>): boolean {
    const slot = this.#slots().findIndex((bytes) => bytes[0] === 0);
    if (slot < 0) return false;
    this.#write(slot, { pseudonym, standing: 'held' });
    for (const kind of ['biometric', 'record'] as const) this.#slot(slot).set(keys[kind] ?? NO_KEY, KEYS_AT[kind]);
    return true;
  }

  /** Every key of a kind that was not destroyed: views into the block, not copies. */
  *keys(kind: KeyKind): Generator<readonly [Pseudonym, Buffer]> {
    for (let at = 0; at < BLOCK_BYTES; at += SLOT_BYTES) {
      if (this.bytes[at] === 0) continue;
      const key = this.bytes.subarray(at + KEYS_AT[kind], at + KEYS_AT[kind] + KEY_BYTES);
      if (key.equals(NO_KEY)) continue;
      yield [this.bytes.toString('hex', at + PSEUDONYM_AT, at + FACE_ENDED_AT) as Pseudonym, key];
    }
  }

  /** Overwrites the keys that `entry` no longer stands for: the biometric one of a face that ended, both of an erased person. */
  update(entry: KeyEntry): void {
    const slot = this.#slotOf(entry.pseudonym);
    assert(slot >= 0, 'a person whose keys change lies in this block');
    this.#write(slot, entry);
    if (entry.faceEndedAt !== undefined || entry.standing === 'erased') this.#slot(slot).set(NO_KEY, KEYS_AT.biometric);
    if (entry.standing === 'erased') this.#slot(slot).set(NO_KEY, KEYS_AT.record);
  }

  /** Somebody held gives a face, for the first time or anew: `key` (copied) takes the place of whatever was there. */
  giveFace(pseudonym: Pseudonym, key: Uint8Array): void {
    const slot = this.#slotOf(pseudonym);
    assert(slot >= 0, 'a person who gives a face lies in this block');
    this.#write(slot, { pseudonym, standing: 'held' });
    this.#slot(slot).set(key, KEYS_AT.biometric);
  }

  has(pseudonym: Pseudonym): boolean {
    return this.#slotOf(pseudonym) >= 0;
  }

  /** The biometric key of somebody who has one, as a view; undefined where it was destroyed, or nobody lies here. */
  faceKeyOf(pseudonym: Pseudonym): Buffer | undefined {
    const slot = this.#slotOf(pseudonym);
    if (slot < 0) return undefined;
    const key = this.#slot(slot).subarray(KEYS_AT.biometric, KEYS_AT.biometric + KEY_BYTES);
    return key.equals(NO_KEY) ? undefined : key;
  }

  remove(pseudonym: Pseudonym): void {
    const slot = this.#slotOf(pseudonym);
    if (slot >= 0) this.#slot(slot).fill(0);
  }

  toJSON(): string {
    return '[a block of keys]';
  }

  [Symbol.dispose](): void {
    this.bytes.fill(0);
  }

  #slots(): Buffer[] {
    return Array.from({ length: PEOPLE_IN_A_BLOCK }, (_, slot) => this.#slot(slot));
  }

  #slot(slot: number): Buffer {
    return this.bytes.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES);
  }

  #slotOf(pseudonym: Pseudonym): number {
    const wanted = idBytes(pseudonym);
    for (let slot = 0; slot < PEOPLE_IN_A_BLOCK; slot++) {
      const at = slot * SLOT_BYTES;
      if (this.bytes[at] !== 0 && this.bytes.compare(wanted, 0, ID_BYTES, at + PSEUDONYM_AT, at + FACE_ENDED_AT) === 0)
        return slot;
    }
    return -1;
  }

  #entryIn(slot: number): KeyEntry | undefined {
    const bytes = this.#slot(slot);
    const standing = STANDINGS[bytes[0] ?? 0];
    assert(standing !== undefined, 'a block holds standings that this program knows');
    if (standing === 'free') return undefined;
    const faceEndedAt = bytes.readDoubleLE(FACE_ENDED_AT);
    const recordDueAt = bytes.readDoubleLE(RECORD_DUE_AT);
    return {
      pseudonym: bytes.toString('hex', PSEUDONYM_AT, FACE_ENDED_AT) as Pseudonym,
      standing,
      ...(Number.isNaN(faceEndedAt) ? {} : { faceEndedAt: wallTime(faceEndedAt) }),
      ...(Number.isNaN(recordDueAt) ? {} : { recordDueAt: wallTime(recordDueAt) }),
    };
  }

  #write(
    slot: number,
    { pseudonym, standing, faceEndedAt = wallTime(NaN), recordDueAt = wallTime(NaN) }: KeyEntry,
  ): void {
    const bytes = this.#slot(slot);
    bytes[0] = STANDINGS.indexOf(standing);
    bytes.set(idBytes(pseudonym), PSEUDONYM_AT);
    bytes.writeDoubleLE(faceEndedAt, FACE_ENDED_AT);
    bytes.writeDoubleLE(recordDueAt, RECORD_DUE_AT);
  }
}
