import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { OWN_FOLDER, replaceFile } from '../files/atomicFile.ts';
import { DATABASE_FILES, FolderMarker, folderHoldsData, type DatabaseFile } from '../files/folderMarker.ts';
import { deriveKey, KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { seal, unseal, type SealedAs } from '../vault/seal.ts';

export const CABINET_FILE = 'cabinet.json';
const FORMAT = 1;
const FILE_BYTES_MAX = 64 * 1024;

/**
 * `master`: what marker, door modes and first file keys are derived from. `signing`: the Ed25519 key of receipts and
 * reports. `backup`: what backups are sealed under.
 */
const PURPOSES = ['master', 'signing', 'backup', ...DATABASE_FILES.map((file) => `file ${file}` as const)] as const;
export type CabinetPurpose = (typeof PURPOSES)[number];

/** A key that is being changed stands twice, as `current` and as `next`, until what it seals is under the next one. */
const Entry = z.strictObject({
  purpose: z.enum(PURPOSES),
  generation: z.number(),
  state: z.enum(['current', 'next']),
  sealed: z.string(),
});
type Entry = z.infer<typeof Entry>;

const CabinetFile = z.strictObject({
  format: z.literal(FORMAT),
  keys: z.array(Entry),
  /** Public signing keys that were in use once, base64, oldest first: what they signed stays provable. */
  retiredSigningKeys: z.array(z.string()),
  /** X25519, base64: what an escrow is sealed to. */
  recoveryKey: z.optional(z.string()),
});
type CabinetFile = z.infer<typeof CabinetFile>;

/** The keys of a data folder, each sealed under the root secret, in one file that is replaced as a whole. */
export class Cabinet implements Disposable {
  readonly #path: string;
  readonly #root: Buffer;
  #file: CabinetFile;

  /** Copies `root`. @throws Fault `key` for another root secret; Fault `storage` for a file that is none of ours. */
  constructor(folder: string, root: Uint8Array) {
    this.#path = join(folder, CABINET_FILE);
    this.#root = deriveKey(root, 'cabinet');
    this.#file = this.#read();
    for (const entry of this.#file.keys) this.#unseal(entry).fill(0);
  }

  /** The key in use, for the caller to overwrite. */
  key(purpose: 'master' | 'signing' | 'backup'): Buffer {
    const entry = this.#entry(purpose, 'current');
    if (entry === undefined) throw this.#fault(`no key for ${purpose}`, 'the file as this gate wrote it');
    return this.#unseal(entry);
  }

  /** What a database may be sealed under: the key in use and, while it is changed, the next one. For the caller to overwrite. */
  fileKeys(file: DatabaseFile): readonly [Buffer, ...Buffer[]] {
    const current = this.#entry(`file ${file}`, 'current');
    const next = this.#entry(`file ${file}`, 'next');
    return [
      current === undefined ? this.#derived(file) : this.#unseal(current),
      ...(next === undefined ? [] : [this.#unseal(next)]),
    ];
  }

  /** How often the key has been changed. */
  generation(purpose: CabinetPurpose): number {
    return this.#entry(purpose, 'current')?.generation ?? 0;
  }

  /** Puts a next key beside the one in use and gives it out, for the caller to overwrite. One that stands there already is taken. */
  propose(purpose: CabinetPurpose): Buffer {
    const standing = this.#entry(purpose, 'next');
    if (standing !== undefined) return this.#unseal(standing);
    const key = randomBytes(KEY_BYTES);
    const generation = this.generation(purpose) + 1;
    this.#write({
      ...this.#file,
      keys: [...this.#file.keys, this.#sealed({ purpose, generation, state: 'next' }, key)],
    });
    return key;
  }

  /** The next key is the one in use from now on, and the old one is gone. */
  promote(purpose: CabinetPurpose): void {
    const next = this.#entry(purpose, 'next');
    if (next === undefined) return;
    const others = this.#file.keys.filter((entry) => entry.purpose !== purpose);
    this.#write({ ...this.#file, keys: [...others, { ...next, state: 'current' }] });
  }

  /** What was proposed is not taken: nothing is sealed under it. */
  withdraw(purpose: CabinetPurpose): void {
    if (this.#entry(purpose, 'next') === undefined) return;
    const keys = this.#file.keys.filter((entry) => entry.purpose !== purpose || entry.state === 'current');
    this.#write({ ...this.#file, keys });
  }

  /** Seals every key under another root secret, in one step. */
  turnTo(root: Uint8Array): void {
    const next = deriveKey(root, 'cabinet');
    const keys = this.#file.keys.map((entry) => {
      const key = this.#unseal(entry);
      const sealed = seal(keyObject(next), sealedAs(entry), key).toString('base64');
      key.fill(0);
      return { ...entry, sealed };
    });
    this.#write({ ...this.#file, keys });
    this.#root.set(next);
    next.fill(0);
  }

  get retiredSigningKeys(): readonly Uint8Array[] {
    return this.#file.retiredSigningKeys.map((text) => Buffer.from(text, 'base64'));
  }

  /** The next signing key takes over; the public key of the old one stays listed. */
  promoteSigning(oldPublicKey: Uint8Array): void {
    const next = this.#entry('signing', 'next');
    if (next === undefined) return;
    const others = this.#file.keys.filter(({ purpose }) => purpose !== 'signing');
    const retiredSigningKeys = [...this.#file.retiredSigningKeys, Buffer.from(oldPublicKey).toString('base64')];
    this.#write({ ...this.#file, keys: [...others, { ...next, state: 'current' }], retiredSigningKeys });
  }

  get recoveryKey(): Uint8Array | undefined {
    return this.#file.recoveryKey === undefined ? undefined : Buffer.from(this.#file.recoveryKey, 'base64');
  }

  set recoveryKey(key: Uint8Array | undefined) {
    const { recoveryKey: _old, ...rest } = this.#file;
    this.#write(key === undefined ? rest : { ...rest, recoveryKey: Buffer.from(key).toString('base64') });
  }

  toJSON(): string {
    return '[key cabinet]';
  }

  [Symbol.dispose](): void {
    this.#root.fill(0);
  }

  /** A first cabinet. Where there is data already, that is of a time without one, its keys hang on the root itself. */
  static make(folder: string, root: Uint8Array): void {
    const wrap = keyObject(deriveKey(root, 'cabinet'));
    const holdsData = folderHoldsData(folder);
    if (holdsData) new FolderMarker(folder, root, false).checkMaster();
    const master = holdsData ? Buffer.from(root) : randomBytes(KEY_BYTES);
    const keys = (['master', 'signing', 'backup'] as const).map((purpose): Entry => {
      const key = purpose === 'master' ? master : randomBytes(KEY_BYTES);
      const entry = { purpose, generation: 1, state: 'current' } as const;
      const sealed = seal(wrap, sealedAs(entry), key).toString('base64');
      key.fill(0);
      return { ...entry, sealed };
    });
    replaceFile(join(folder, CABINET_FILE), textOf({ format: FORMAT, keys, retiredSigningKeys: [] }));
  }

  #entry(purpose: CabinetPurpose, state: Entry['state']): Entry | undefined {
    return this.#file.keys.find((entry) => entry.purpose === purpose && entry.state === state);
  }

  #derived(file: DatabaseFile): Buffer {
    const master = this.key('master');
    const key = deriveKey(master, `file ${file}`);
    master.fill(0);
    return key;
  }

  #sealed(entry: Omit<Entry, 'sealed'>, key: Uint8Array): Entry {
    return { ...entry, sealed: seal(keyObject(this.#root), sealedAs(entry), key).toString('base64') };
  }

  #unseal(entry: Entry): Buffer {
    const key = unseal(keyObject(this.#root), sealedAs(entry), Buffer.from(entry.sealed, 'base64'));
    if (key?.length === KEY_BYTES) return key;
    throw new Fault('key', {
      thing: `master secret for ${this.#path}`,
      found: 'one that does not open this cabinet',
      expected:
        'the one that this data was sealed with: bring back its key file, or move the data folder away to begin anew',
    });
  }

  #read(): CabinetFile {
    try {
      const { size } = statSync(this.#path);
      if (size > FILE_BYTES_MAX) throw this.#fault(`${size} bytes`, `at most ${FILE_BYTES_MAX}`);
      const parsed = CabinetFile.safeParse(JSON.parse(readFileSync(this.#path, 'utf8')));
      if (!parsed.success) throw this.#fault(z.prettifyError(parsed.error), 'the file as this gate wrote it');
      return parsed.data;
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw this.#fault(messageOf(error), 'the file as this gate wrote it: restore it from a backup');
    }
  }

  #write(file: CabinetFile): void {
    replaceFile(this.#path, textOf(file));
    this.#file = file;
  }

  #fault(found: string, expected: string): Fault {
    return new Fault('storage', { thing: this.#path, found, expected });
  }
}

/** Opens the cabinet of a data folder, which is made where there is none. */
export function openCabinet(folder: string, root: Uint8Array): Cabinet {
  mkdirSync(folder, { recursive: true, mode: OWN_FOLDER });
  if (!existsSync(join(folder, CABINET_FILE))) Cabinet.make(folder, root);
  return new Cabinet(folder, root);
}

/** The purpose and the generation, but not whether it is in use: promoting a key seals nothing anew. */
const sealedAs = ({ purpose, generation }: Pick<Entry, 'purpose' | 'generation'>): SealedAs => [
  'cabinet',
  purpose,
  generation,
];

const textOf = (file: CabinetFile): string => `${JSON.stringify(file, undefined, 2)}\n`;
