import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import { ORDINARY_MEMORY, type SecretMemory } from '#core/ports/secretMemory.ts';
import { CHANGEABLE_KEYS, type ChangeableKey, type KeyChange } from '#core/ports/keyRoom.ts';
import { makeFolder } from '../files/atomicFile.ts';
import { FolderMarker, folderHoldsData, type DatabaseFile } from '../files/folderMarker.ts';
import { deriveKey, KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { seal, unseal, type SealedAs } from '../vault/seal.ts';
import {
  CABINET_FILE,
  proveCabinet,
  readCabinet,
  writeCabinet,
  type CabinetContent,
  type CabinetKey,
  type CabinetPurpose,
} from './cabinetFile.ts';

export { CABINET_FILE } from './cabinetFile.ts';

const FINGERPRINT_BYTES = 8;

/** A public signing key that another has taken the place of, and the last entry of the journal that it may vouch for. */
export interface RetiredKey {
  readonly key: Uint8Array;
  readonly upTo: JournalId;
}

/** What the data of another machine needs here. */
export interface TakenOver {
  readonly master: Uint8Array;
  readonly files: Readonly<Record<DatabaseFile, Uint8Array>>;
  /** What signed the journal there. */
  readonly retiredSigningKeys: readonly RetiredKey[];
  readonly recoveryKey: Uint8Array;
}

/** What a root secret becomes here: one key seals the others, one proves what stands beside them in clear. */
class Wrap implements Disposable {
  readonly sealing: Uint8Array;
  readonly proving: Uint8Array;

  constructor(root: Uint8Array, memory: SecretMemory) {
    this.sealing = keptIn(memory, deriveKey(root, 'cabinet'));
    this.proving = keptIn(memory, deriveKey(root, 'cabinet as a whole'));
  }

  [Symbol.dispose](): void {
    this.sealing.fill(0);
    this.proving.fill(0);
  }
}

/** The keys of a data folder, each sealed under the root secret, in one file that is replaced as a whole. */
export class Cabinet implements Disposable {
  readonly #path: string;
  readonly #memory: SecretMemory;
  #wrap: Wrap;
  #content: CabinetContent;

  /** @throws Fault `key` for another root secret; Fault `storage` for a file that is none of ours. */
  constructor(folder: string, root: Uint8Array, memory = ORDINARY_MEMORY) {
    this.#memory = memory;
    this.#path = join(folder, CABINET_FILE);
    const written = readCabinet(this.#path);
    this.#content = written.content;
    this.#wrap = new Wrap(root, memory);
    try {
      for (const entry of this.#content.keys) this.#unseal(entry).fill(0);
      proveCabinet(this.#path, written, this.#wrap.proving);
    } catch (error) {
      this.#wrap[Symbol.dispose]();
      throw error;
    }
  }

  /** The key in use, for the caller to overwrite. */
  key(purpose: 'master' | 'signing' | 'backup'): Buffer {
    const entry = this.#entry(purpose, 'current');
    if (entry !== undefined) return this.#unseal(entry);
    const expected = 'the file as this gate wrote it';
    throw new Fault('storage', { thing: this.#path, found: `no key for ${purpose}`, expected });
  }

  /** The key that is to take over, for the caller to overwrite; undefined where none is. */
  nextKey(purpose: CabinetPurpose): Buffer | undefined {
    const entry = this.#entry(purpose, 'next');
    return entry === undefined ? undefined : this.#unseal(entry);
  }

  /** What a database may be sealed under: the key in use and, while it is changed, the next one. For the caller to overwrite. */
  fileKeys(file: DatabaseFile): readonly [Buffer, ...Buffer[]] {
    const current = this.#entry(`file ${file}`, 'current');
    const next = this.nextKey(`file ${file}`);
    return [current === undefined ? this.#derived(file) : this.#unseal(current), ...(next === undefined ? [] : [next])];
  }

  /** Of every key there is: of the signing key its public half, of the others 8 bytes derived for this alone. */
  fingerprints(signingPublicKey: Uint8Array): { readonly key: string; readonly fingerprint: string }[] {
    return this.#content.keys.map((entry) => {
      const key = `${entry.purpose} ${entry.generation}`;
      if (entry.purpose === 'signing' && entry.state === 'current')
        return { key, fingerprint: Buffer.from(signingPublicKey).toString('hex') };
      const secret = this.#unseal(entry);
      const derived = deriveKey(secret, 'key fingerprint');
      const fingerprint = derived.toString('hex', 0, FINGERPRINT_BYTES);
      for (const bytes of [secret, derived]) bytes.fill(0);
      return { key, fingerprint };
    });
  }

  /** How often the key of a purpose has been made. */
  generation(purpose: CabinetPurpose): number {
    return this.#entry(purpose, 'current')?.generation ?? 0;
  }

  /** Puts a next key beside the one in use and gives it out, for the caller to overwrite. One that stands there already is taken. */
  propose(purpose: CabinetPurpose): Buffer {
    const standing = this.nextKey(purpose);
    if (standing !== undefined) return standing;
    const key = randomBytes(KEY_BYTES);
    const next = { purpose, generation: this.generation(purpose) + 1, state: 'next' } as const;
    this.#write({ keys: [...this.#content.keys, sealed(next, key, this.#wrap)] });
    return key;
  }

  /** The next key is the one in use from now on, and the old one is gone. */
  promote(purpose: Exclude<CabinetPurpose, 'master' | 'signing'>, at: WallTime): void {
    this.#promote(purpose, purpose === 'backup' ? 'backup' : databaseOf(purpose), at);
  }

  /** The next signing key takes over; the public key of the old one stays listed. */
  promoteSigning({ key, upTo }: RetiredKey, at: WallTime): void {
    const retired = { key: Buffer.from(key).toString('base64'), upTo };
    this.#promote('signing', 'signing', at, [...this.#content.retiredSigningKeys, retired]);
  }

  /** Seals every key under another root secret, in one step. */
  turnTo(root: Uint8Array, at: WallTime): void {
    const next = new Wrap(root, this.#memory);
    const keys = this.#content.keys.map((entry) => {
      const key = this.#unseal(entry);
      const again = sealed(entry, key, next);
      key.fill(0);
      return again;
    });
    try {
      const content = { ...this.#content, keys, changes: this.#changesWith('root', at) };
      this.#content = writeCabinet(this.#path, content, next.proving);
    } catch (error) {
      next[Symbol.dispose]();
      throw error;
    }
    this.#wrap[Symbol.dispose]();
    this.#wrap = next;
  }

  get retiredSigningKeys(): readonly RetiredKey[] {
    return this.#content.retiredSigningKeys.map(({ key, upTo }) => ({
      key: Buffer.from(key, 'base64'),
      upTo: upTo as JournalId,
    }));
  }

  get recoveryKey(): Uint8Array | undefined {
    const { recoveryKey } = this.#content;
    return recoveryKey === undefined ? undefined : Buffer.from(recoveryKey, 'base64');
  }

  set recoveryKey(key: Uint8Array | undefined) {
    const { recoveryKey: _old, ...rest } = this.#content;
    const recoveryKey = key === undefined ? {} : { recoveryKey: Buffer.from(key).toString('base64') };
    this.#content = writeCabinet(this.#path, { ...rest, ...recoveryKey }, this.#wrap.proving);
  }

  /** Of every key, how often and when it was changed. */
  get changes(): readonly KeyChange[] {
    return CHANGEABLE_KEYS.map((key) => {
      const found = this.#content.changes.find((change) => change.key === key);
      return { key, changes: found?.count ?? 0, at: wallTime(found?.at ?? this.#content.madeAt) };
    });
  }

  /** A change of what does not lie here itself. */
  noteChange(key: 'epoch' | 'people', at: WallTime): void {
    this.#write({ changes: this.#changesWith(key, at) });
  }

  /** Changes that the journal does not tell of yet. */
  get unrecorded(): readonly ChangeableKey[] {
    return this.#content.changes.filter(({ recorded }) => !recorded).map(({ key }) => key);
  }

  noteRecorded(key: ChangeableKey): void {
    const changes = this.#content.changes.map((change) =>
      change.key === key ? { ...change, recorded: true } : change,
    );
    this.#write({ changes });
  }

  toJSON(): string {
    return '[key cabinet]';
  }

  [Symbol.dispose](): void {
    this.#wrap[Symbol.dispose]();
  }

  /** A first cabinet. Where there is data already, that is of a time without one, its keys hang on the root itself. */
  static make(folder: string, root: Uint8Array, at: WallTime): void {
    using wrap = new Wrap(root, ORDINARY_MEMORY);
    const holdsData = folderHoldsData(folder);
    if (holdsData) new FolderMarker(folder, root, false).checkMaster();
    const master = holdsData ? Buffer.from(root) : randomBytes(KEY_BYTES);
    const keys = firstKeys({ master, signing: randomBytes(KEY_BYTES), backup: randomBytes(KEY_BYTES) }, wrap);
    writeCabinet(join(folder, CABINET_FILE), { keys, retiredSigningKeys: [], madeAt: at, changes: [] }, wrap.proving);
  }

  /**
   * A first cabinet for data of another machine: it is the same terminal, whose files stay under their keys for now, and
   * it signs with a key of its own.
   */
  static takeOver(folder: string, root: Uint8Array, { from, at }: { from: TakenOver; at: WallTime }): void {
    using wrap = new Wrap(root, ORDINARY_MEMORY);
    const files = Object.entries(from.files).map(([file, key]) => [`file ${file}`, Buffer.from(key)]);
    const keys = firstKeys(
      {
        master: Buffer.from(from.master),
        signing: randomBytes(KEY_BYTES),
        backup: randomBytes(KEY_BYTES),
        ...(Object.fromEntries(files) as Record<`file ${DatabaseFile}`, Buffer>),
      },
      wrap,
    );
    const retiredSigningKeys = from.retiredSigningKeys.map(({ key, upTo }) => ({ key: base64(key), upTo }));
    const recoveryKey = base64(from.recoveryKey);
    const content = { keys, retiredSigningKeys, recoveryKey, madeAt: at, changes: [] };
    writeCabinet(join(folder, CABINET_FILE), content, wrap.proving);
  }

  #promote(
    purpose: CabinetPurpose,
    key: ChangeableKey,
    at: WallTime,
    retiredSigningKeys = this.#content.retiredSigningKeys,
  ): void {
    const next = this.#entry(purpose, 'next');
    if (next === undefined) return;
    const others = this.#content.keys.filter((entry) => entry.purpose !== purpose);
    const keys = [...others, { ...next, state: 'current' as const }];
    this.#write({ keys, retiredSigningKeys, changes: this.#changesWith(key, at) });
  }

  #changesWith(key: ChangeableKey, at: WallTime): CabinetContent['changes'] {
    const count = this.#content.changes.find((change) => change.key === key)?.count ?? 0;
    const others = this.#content.changes.filter((change) => change.key !== key);
    return [...others, { key, count: count + 1, at, recorded: false }];
  }

  #entry(purpose: CabinetPurpose, state: CabinetKey['state']): CabinetKey | undefined {
    return this.#content.keys.find((entry) => entry.purpose === purpose && entry.state === state);
  }

  #derived(file: DatabaseFile): Buffer {
    const master = this.key('master');
    const key = deriveKey(master, `file ${file}`);
    master.fill(0);
    return key;
  }

  #unseal(entry: CabinetKey): Buffer {
    const key = unseal(keyObject(this.#wrap.sealing), sealedAs(entry), Buffer.from(entry.sealed, 'base64'));
    if (key?.length === KEY_BYTES) return key;
    throw new Fault('key', {
      thing: `master secret for ${this.#path}`,
      found: 'one that does not open this cabinet',
      expected:
        'the one that this data was sealed with: bring back its key file, or move the data folder away to begin anew',
    });
  }

  #write(changed: Partial<CabinetContent>): void {
    this.#content = writeCabinet(this.#path, { ...this.#content, ...changed }, this.#wrap.proving);
  }
}

/** Opens the cabinet of a data folder, which is made where there is none. */
export function openCabinet(folder: string, root: Uint8Array, memory?: SecretMemory): Cabinet {
  makeFolder(folder);
  if (!existsSync(join(folder, CABINET_FILE))) Cabinet.make(folder, root, wallTime(Date.now()));
  return new Cabinet(folder, root, memory);
}

/** Overwrites the keys. */
const firstKeys = (keys: Partial<Record<CabinetPurpose, Buffer>>, wrap: Wrap): CabinetKey[] =>
  (Object.entries(keys) as [CabinetPurpose, Buffer][]).map(([purpose, key]) => {
    const entry = sealed({ purpose, generation: 1, state: 'current' }, key, wrap);
    key.fill(0);
    return entry;
  });

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Overwrites what it copies. */
function keptIn(memory: SecretMemory, key: Buffer): Uint8Array {
  const kept = memory.take(key.length);
  kept.set(key);
  key.fill(0);
  return kept;
}

const databaseOf = (purpose: `file ${DatabaseFile}`): DatabaseFile => purpose.slice('file '.length) as DatabaseFile;

function sealed(entry: Omit<CabinetKey, 'sealed'>, key: Uint8Array, { sealing }: Wrap): CabinetKey {
  return { ...entry, sealed: seal(keyObject(sealing), sealedAs(entry), key).toString('base64') };
}

/** The purpose and the generation, but not whether it is in use: promoting a key seals nothing anew. */
const sealedAs = ({ purpose, generation }: Pick<CabinetKey, 'purpose' | 'generation'>): SealedAs => [
  'cabinet',
  purpose,
  generation,
];
