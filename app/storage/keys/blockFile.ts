import type { SecretMemory } from '#core/ports/secretMemory.ts';
import type { Sqlite } from '../files/openDatabase.ts';
import { KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { KeySlots } from '../vault/keySlots.ts';
import { seal, unseal, type SealedAs } from '../vault/seal.ts';
import { BLOCK_BYTES, KeyBlock } from './keyBlock.ts';

const FORMAT = 1;

/** Added to the number of a block for the one that stands beside it: beyond every number of a block. */
const NEXT_BLOCK = 2 ** 31;

interface ListRow {
  readonly format: number;
  readonly generation: number;
  readonly sealed: Buffer;
}

/** The keys of the blocks, by the block's number; the caller of whatever made it overwrites it. */
export class BlockKeys implements Disposable {
  readonly #memory: SecretMemory | undefined;
  readonly #keys: KeySlots;
  readonly #slots = new Map<number, number>();

  constructor(memory?: SecretMemory) {
    this.#memory = memory;
    this.#keys = new KeySlots(memory);
  }

  /** A view, good until the next key is put there. */
  get(block: number): Buffer | undefined {
    const slot = this.#slots.get(block);
    return slot === undefined ? undefined : this.#keys.get(slot);
  }

  /** Takes over `key`, which is overwritten, as is one that it replaces. */
  set(block: number, key: Buffer): void {
    this.#add(block, key);
    key.fill(0);
  }

  blocks(): number[] {
    return [...this.#slots.keys()];
  }

  copy(): BlockKeys {
    const copy = new BlockKeys(this.#memory);
    for (const [block, slot] of this.#slots) copy.#add(block, this.#keys.get(slot));
    return copy;
  }

  toJSON(): string {
    return `[keys of ${this.#slots.size} blocks]`;
  }

  [Symbol.dispose](): void {
    this.#keys[Symbol.dispose]();
    this.#slots.clear();
  }

  /** Number (4 bytes, little-endian) and key of each block, for the caller to overwrite. */
  encode(): Buffer {
    const bytes = Buffer.alloc(this.#slots.size * (4 + KEY_BYTES));
    let at = 0;
    for (const [block, slot] of this.#slots) {
      bytes.writeUInt32LE(block, at);
      this.#keys.copyTo(slot, bytes, at + 4);
      at += 4 + KEY_BYTES;
    }
    return bytes;
  }

  static decode(bytes: Buffer, memory?: SecretMemory): BlockKeys {
    const keys = new BlockKeys(memory);
    for (let at = 0; at < bytes.length; at += 4 + KEY_BYTES) keys.#add(bytes.readUInt32LE(at), bytes, at + 4);
    return keys;
  }

  #add(block: number, from: Uint8Array, at = 0): void {
    const slot = this.#slots.get(block) ?? this.#slots.size;
    this.#keys.set(slot, from, at);
    this.#slots.set(block, slot);
  }
}

/** The rows of keyring.db: sealed blocks, and the sealed list of their keys. */
export class BlockFile {
  readonly #database: Sqlite;
  readonly #memory: SecretMemory | undefined;

  constructor(database: Sqlite, memory?: SecretMemory) {
    this.#database = database;
    this.#memory = memory;
  }

  /** Is there a list? Without one the keyring is new. */
  get made(): boolean {
    return this.#list() !== undefined;
  }

  /** The list and its generation; undefined where `epoch` is not the secret that it is sealed under. */
  open(epoch: Uint8Array): { readonly generation: number; readonly keys: BlockKeys } | undefined {
    const row = this.#list();
    if (row === undefined) return undefined;
    const bytes = unseal(keyObject(epoch), listSealedAs(row.generation, row.format), row.sealed);
    if (bytes === undefined || bytes.length % (4 + KEY_BYTES) !== 0) return undefined;
    const keys = BlockKeys.decode(bytes, this.#memory);
    bytes.fill(0);
    return { generation: row.generation, keys };
  }

  writeList(epoch: Uint8Array, generation: number, keys: BlockKeys): void {
    const bytes = keys.encode();
    const sealed = seal(keyObject(epoch), listSealedAs(generation, FORMAT), bytes);
    bytes.fill(0);
    this.#database
      .prepare('INSERT OR REPLACE INTO key_list (one, format, generation, sealed) VALUES (1, ?, ?, ?)')
      .run(FORMAT, generation, sealed);
  }

  /** Undefined for a block that is missing or does not open. */
  read(block: number, key: Uint8Array): KeyBlock | undefined {
    const row = this.#database
      .prepare<[number], { format: number; sealed: Buffer }>('SELECT format, sealed FROM key_blocks WHERE block = ?')
      .get(block);
    if (row === undefined) return undefined;
    const bytes = unseal(keyObject(key), blockSealedAs(block, row.format), row.sealed);
    if (bytes?.length === BLOCK_BYTES) return new KeyBlock(bytes);
    bytes?.fill(0);
    return undefined;
  }

  write(block: number, key: Uint8Array, content: KeyBlock): void {
    const sealed = seal(keyObject(key), blockSealedAs(block, FORMAT), content.bytes);
    this.#database
      .prepare('INSERT OR REPLACE INTO key_blocks (block, format, sealed) VALUES (?, ?, ?)')
      .run(block, FORMAT, sealed);
  }

  /** Beside a block whose people get new keys: the block as it will be. */
  readNext(block: number, key: Uint8Array): KeyBlock | undefined {
    return this.read(block + NEXT_BLOCK, key);
  }

  writeNext(block: number, key: Uint8Array, content: KeyBlock): void {
    this.write(block + NEXT_BLOCK, key, content);
  }

  removeNext(block: number): void {
    this.#database.prepare('DELETE FROM key_blocks WHERE block = ?').run(block + NEXT_BLOCK);
  }

  /** Blocks that have such a one beside them. */
  withNext(): number[] {
    return this.#database
      .prepare<[number], number>('SELECT block FROM key_blocks WHERE block > ? ORDER BY block')
      .pluck()
      .all(NEXT_BLOCK)
      .map((block) => block - NEXT_BLOCK);
  }

  #list(): ListRow | undefined {
    return this.#database.prepare<[], ListRow>('SELECT format, generation, sealed FROM key_list').get();
  }
}

const blockSealedAs = (block: number, format: number): SealedAs => ['key block', block, format];
const listSealedAs = (generation: number, format: number): SealedAs => ['key list', generation, format];
