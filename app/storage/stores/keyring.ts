import { randomBytes } from 'node:crypto';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import type { EpochStore } from '#core/ports/epochStore.ts';
import { ORDINARY_MEMORY, type SecretMemory } from '#core/ports/secretMemory.ts';
import { emptyWal, inTransaction, type Sqlite } from '../files/openDatabase.ts';
import { idBytes } from '../files/randomId.ts';
import { BlockFile, BlockKeys } from '../keys/blockFile.ts';
import { KeyBlock, PEOPLE_IN_A_BLOCK, type KeyEntry } from '../keys/keyBlock.ts';
import { firstEpoch, openKeyList } from '../keys/openKeyList.ts';
import { KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { IdPlaces } from '../vault/idPlaces.ts';
import { PersonKeys } from '../vault/personKeys.ts';
import { damagedRow, type RowPlace } from '../vault/seal.ts';
import { freshKeys, stagedKeys, type StagedFace, type StagedKeys } from './freshKeys.ts';
import { moveIntoBlocks } from './keyringVersion1.ts';

export interface KeyringParts {
  readonly database: Sqlite;
  readonly epochs: EpochStore;
  /** The key that rows of version 1 are sealed under; the caller may overwrite it right after. */
  readonly version1Key: Uint8Array;
  /** Where the keys lie while the keyring is open. */
  readonly memory?: SecretMemory;
  /** Told the epoch secret at the start and after each renewal; not to be kept. */
  readonly renewed: (epoch: Uint8Array, generation: number) => void;
}

/**
 * Whose keys lie in keyring.db, in blocks. The record keys are in memory, for the journal; the biometric ones only while
 * templates are read. A key is destroyed by sealing its block anew without it, under a new key, and the list of block
 * keys under a new epoch secret: what earlier images and backups hold is sealed under a secret that is nowhere any more.
 */
export class Keyring implements Disposable {
  readonly recordKeys: PersonKeys;
  /** Blocks that do not open: nobody can tell whose keys they hold. */
  readonly damaged: readonly Fault[];
  readonly #database: Sqlite;
  readonly #epochs: EpochStore;
  readonly file: BlockFile;
  readonly #people = new IdPlaces<Pseudonym>();
  /** By the person's place. */
  readonly #blocks: number[] = [];
  /** People whose standing is another one than that of somebody who comes and goes. */
  readonly #special = new Map<Pseudonym, KeyEntry>();
  readonly #taken = new Map<number, number>();
  readonly #renewed: KeyringParts['renewed'];
  readonly #memory: SecretMemory;
  readonly #epoch: Uint8Array;
  #generation: number;
  #keys: BlockKeys;
  /** A renewal ended in an error, and only the disk knows how far it came. */
  #unsettled = false;

  /** @throws Fault `key` where the epoch secret is not the keyring's. */
  constructor({ database, epochs, version1Key, renewed, memory = ORDINARY_MEMORY }: KeyringParts) {
    this.#database = database;
    this.#memory = memory;
    this.recordKeys = new PersonKeys(memory);
    this.#epoch = memory.take(KEY_BYTES);
    this.#epochs = epochs;
    this.file = new BlockFile(database, memory);
    if (!this.file.made) this.#make(version1Key);
    const { epoch, generation, keys } = openKeyList(this.file, epochs);
    this.#epoch.set(epoch);
    epoch.fill(0);
    this.#generation = generation;
    this.#keys = keys;
    this.#renewed = renewed;
    renewed(this.#epoch, generation);
    this.damaged = [...this.#readAll((block, number) => this.#know(block, number)).values()];
  }

  /** How often the epoch secret has been renewed. */
  get generation(): number {
    return this.#generation;
  }

  /** Every biometric key, for reading all templates at once; the caller disposes of them. */
  biometricKeys(): PersonKeys {
    const keys = new PersonKeys(this.#memory);
    this.#readAll((block) => block.copyKeys('biometric', keys));
    return keys;
  }

  blocks(): number[] {
    return this.#keys.blocks();
  }

  /** People who have a place in the keyring, whatever their standing, and none in `others`. */
  missingIn(others: IdPlaces<Pseudonym>): Pseudonym[] {
    return this.#people.missingIn(others);
  }

  /** People who have a place in the keyring, whatever their standing. */
  pseudonyms(): Pseudonym[] {
    return Array.from(this.#people, ([pseudonym]) => pseudonym);
  }

  has(pseudonym: Pseudonym): boolean {
    return this.#people.of(pseudonym) >= 0;
  }

  /** @throws Fault `storage` for somebody who is not known here. */
  entry(pseudonym: Pseudonym): KeyEntry {
    if (!this.has(pseudonym)) {
      const found = this.damaged.length > 0 ? 'nobody, or somebody in a block that does not open' : 'nobody';
      throw new Fault('storage', { thing: `keys of ${pseudonym}`, found, expected: 'somebody enrolled' });
    }
    return this.#special.get(pseudonym) ?? { pseudonym, standing: 'held' };
  }

  /** Everybody who is not simply held: withdrawn, restricted, or erased and not yet forgotten. */
  special(): readonly KeyEntry[] {
    return [...this.#special.values()];
  }

  /** Makes and writes the keys of new people, within the caller's transaction. */
  make(pseudonyms: readonly Pseudonym[]): StagedKeys {
    const fresh = new Map(pseudonyms.map((pseudonym) => [pseudonym, freshKeys()] as const));
    const added = new Map<number, Buffer>();
    const places = new Map<Pseudonym, number>();
    const waiting = [...fresh];
    for (const number of this.#roomy()) {
      if (waiting.length === 0) break;
      const known = this.#keys.get(number);
      const key = known ?? randomBytes(KEY_BYTES);
      using block = known === undefined ? new KeyBlock() : this.#read(number);
      while (waiting[0] !== undefined && block.add(waiting[0][0], waiting[0][1])) {
        places.set(waiting[0][0], number);
        waiting.shift();
      }
      this.file.write(number, key, block);
      if (known === undefined) added.set(number, key);
    }
    if (added.size > 0) this.#writeListWith(added);
    return stagedKeys(fresh, [...added.values()], () => {
      for (const [number, key] of added) this.#keys.set(number, Buffer.from(key));
      for (const [pseudonym, number] of places) {
        this.#blocks[this.#people.add(idBytes(pseudonym))] = number;
        this.#taken.set(number, (this.#taken.get(number) ?? 0) + 1);
        const keys = fresh.get(pseudonym);
        if (keys !== undefined) this.recordKeys.add(pseudonym, keys.record);
      }
    });
  }

  /** Makes and writes a biometric key for somebody held, within the caller's transaction. `settle` comes before that. */
  giveFace(pseudonym: Pseudonym): StagedFace {
    const number = this.#blockOf(pseudonym);
    const key = randomBytes(KEY_BYTES);
    using block = this.#read(number);
    block.giveFace(pseudonym, key);
    this.file.write(number, this.keyOf(number), block);
    return {
      key: keyObject(key),
      admit: () => void this.#special.delete(pseudonym),
      [Symbol.dispose]: () => void key.fill(0),
    };
  }

  /**
   * Puts people into a new standing, which destroys the keys that they have no more: none of them can be had from
   * anything written before, once this returns.
   * @throws Fault `storage` or `key`; where it is not certain how far the destruction came, the next one settles it.
   */
  destroy(entries: readonly KeyEntry[]): void {
    this.settle();
    if (entries.length === 0) return;
    const byBlock = Map.groupBy(entries, ({ pseudonym }) => this.#blockOf(pseudonym));
    this.#replaceEpoch(
      (keys) => {
        for (const [number, changes] of byBlock) this.#sealAnew(number, changes, keys);
      },
      () => {
        for (const entry of entries) this.#take(entry);
      },
    );
  }

  /**
   * A new epoch secret and a new key for every block that opens: whoever had the old ones opens nothing written since.
   * @throws as `destroy` does
   */
  renew(): void {
    this.settle();
    const damaged = new Set(this.#readAll(() => undefined).keys());
    this.#replaceEpoch((keys) => {
      for (const number of this.blocks()) if (!damaged.has(number)) this.#sealAnew(number, [], keys);
    });
    emptyWal(this.#database);
  }

  /** A copy of the secret that everything here is sealed under, 32 bytes, for the caller to overwrite. */
  presentEpoch(): Buffer {
    return Buffer.from(this.#epoch);
  }

  /** Tells the epoch secret once more, to whoever could not take it before. */
  tellAgain(): void {
    this.#renewed(this.#epoch, this.#generation);
  }

  /** Gives up the places of erased people, when nothing of them is left anywhere else. */
  forget(pseudonyms: readonly Pseudonym[]): void {
    const byBlock = Map.groupBy(pseudonyms, (pseudonym) => this.#blockOf(pseudonym));
    inTransaction(this.#database, () => {
      for (const [number, people] of byBlock) {
        using block = this.#read(number);
        for (const pseudonym of people) block.remove(pseudonym);
        this.file.write(number, this.keyOf(number), block);
      }
    });
    for (const [number, people] of byBlock) {
      this.#taken.set(number, (this.#taken.get(number) ?? 0) - people.length);
      for (const pseudonym of people) {
        this.#people.remove(pseudonym);
        this.#special.delete(pseudonym);
      }
    }
  }

  [Symbol.dispose](): void {
    this.recordKeys[Symbol.dispose]();
    this.#keys[Symbol.dispose]();
    this.#epoch.fill(0);
  }

  /** A commit that follows takes the place of one that nobody knows to have succeeded; only then may a secret go. */
  settle(): void {
    if (!this.#unsettled) return;
    inTransaction(this.#database, () => this.file.writeList(this.#epoch, this.#generation, this.#keys));
    this.#epochs.hold([this.#epoch]);
    this.#unsettled = false;
  }

  /** `act` writes blocks and puts their keys into those that it is given; `committed` is for what is in memory. */
  #replaceEpoch(act: (keys: BlockKeys) => void, committed: () => void = () => undefined): void {
    const next = randomBytes(KEY_BYTES);
    const keys = this.#keys.copy();
    this.#unsettled = true;
    try {
      this.#epochs.hold([this.#epoch, next]);
      inTransaction(this.#database, () => {
        act(keys);
        this.file.writeList(next, this.#generation + 1, keys);
      });
    } catch (error) {
      next.fill(0);
      keys[Symbol.dispose]();
      throw error;
    }
    this.#turnTo(next, keys);
    committed();
    this.#epochs.hold([this.#epoch]);
    this.#unsettled = false;
    this.#renewed(this.#epoch, this.#generation);
  }

  /** Writes a block with its changes under a key that is new, and puts that into `keys`; and what stands beside the block. */
  #sealAnew(number: number, changes: readonly KeyEntry[], keys: BlockKeys): void {
    using block = this.#read(number);
    using beside = this.file.readNext(number, this.keyOf(number));
    const key = randomBytes(KEY_BYTES);
    for (const entry of changes) block.update(entry);
    this.file.write(number, key, block);
    for (const entry of changes) if (beside?.has(entry.pseudonym) === true) beside.update(entry);
    if (beside !== undefined) this.file.writeNext(number, key, beside);
    keys.set(number, key);
  }

  #turnTo(epoch: Buffer, keys: BlockKeys): void {
    this.#epoch.set(epoch);
    epoch.fill(0);
    this.#keys[Symbol.dispose]();
    this.#keys = keys;
    this.#generation += 1;
  }

  #take(entry: KeyEntry): void {
    this.#special.set(entry.pseudonym, entry);
    if (entry.standing === 'erased') this.recordKeys.remove(entry.pseudonym);
  }

  #writeListWith(added: ReadonlyMap<number, Buffer>): void {
    using keys = this.#keys.copy();
    for (const [number, key] of added) keys.set(number, Buffer.from(key));
    this.file.writeList(this.#epoch, this.#generation, keys);
  }

  /** Numbers of blocks with room, then new numbers without end. */
  *#roomy(): Generator<number> {
    for (const [number, taken] of this.#taken) if (taken < PEOPLE_IN_A_BLOCK) yield number;
    for (let number = Math.max(0, ...this.#keys.blocks()) + 1; ; number++) yield number;
  }

  #know(block: KeyBlock, number: number): void {
    block.visit((pseudonymAt) => {
      this.#blocks[this.#people.add(block.bytes, pseudonymAt)] = number;
    });
    this.#taken.set(number, block.taken);
    for (const entry of block.special()) this.#special.set(entry.pseudonym, entry);
    block.copyKeys('record', this.recordKeys);
  }

  /** -1 of somebody who has no place. */
  #blockOf(pseudonym: Pseudonym): number {
    return this.#blocks[this.#people.of(pseudonym)] ?? -1;
  }

  /** Blocks that do not open, by their number. */
  #readAll(visit: (block: KeyBlock, number: number) => void): Map<number, Fault> {
    const damaged = new Map<number, Fault>();
    for (const number of this.#keys.blocks()) {
      using block = this.file.read(number, this.keyOf(number));
      if (block !== undefined) visit(block, number);
      else damaged.set(number, damagedRow(placeOf(number), 'a block of keys that does not open'));
    }
    return damaged;
  }

  /** @throws Fault `storage` */
  #read(number: number): KeyBlock {
    const block = this.file.read(number, this.keyOf(number));
    if (block === undefined) throw damagedRow(placeOf(number), 'a block of keys that does not open');
    return block;
  }

  /** For whoever changes what lies in a block; not to be kept. */
  keyOf(number: number): Buffer {
    const key = this.#keys.get(number);
    assert(key !== undefined, 'every block has its key in the list');
    return key;
  }

  /** A new keyring; people of version 1 move into it. */
  #make(version1Key: Uint8Array): void {
    const epoch = firstEpoch(this.#epochs);
    using keys = new BlockKeys();
    inTransaction(this.#database, () => {
      moveIntoBlocks({ database: this.#database, version1Key }, this.file, keys);
      this.file.writeList(epoch, 1, keys);
    });
    emptyWal(this.#database);
    epoch.fill(0);
  }
}

const placeOf = (number: number): RowPlace => ({ file: 'keyring.db', table: 'key_blocks', row: String(number) });
