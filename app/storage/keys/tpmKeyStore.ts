import { randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { assert } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';
import { OWN_FILE, makeFolder, replaceFile } from '../files/atomicFile.ts';
import { overwriteFile } from '../files/overwriteFile.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';
import { PCRS, Tpm, type TpmOptions } from './tpm.ts';

const FORMAT = 1;
const SealedFile = z.strictObject({
  format: z.literal(FORMAT),
  pcrs: z.string(),
  /** The secret and, while it is being changed, the next one. */
  sealed: z.array(z.strictObject({ public: z.string(), private: z.string() })).check(z.minLength(1), z.maxLength(2)),
});
type SealedFile = z.infer<typeof SealedFile>;
type Sealed = SealedFile['sealed'][number];

export interface TpmKeyOptions extends TpmOptions {
  /** The sealed secret: worth nothing without this TPM in this state. */
  readonly path: string;
}

/** The root secret sealed by the TPM to the measured state of this machine. */
export function createTpmKeyStore(options: TpmKeyOptions): KeyStore {
  return new TpmKeyStore(options);
}

class TpmKeyStore implements KeyStore {
  readonly #path: string;
  readonly #tpm: Tpm;

  constructor(options: TpmKeyOptions) {
    this.#path = options.path;
    this.#tpm = new Tpm(options);
  }

  /** Asks the TPM. */
  get protection(): KeyStore['protection'] {
    const worth = this.#tpm.measuresBoot()
      ? `the key is sealed by this machine's TPM to what it booted (${PCRS}): neither the disk alone nor another system on ` +
        'this machine opens it; whoever becomes root on the running system can'
      : "the key is sealed by this machine's TPM, so that the disk alone does not open it. This is a board without measured " +
        'boot: PCRs protect nothing there, and another system that is started on it opens the key';
    return { kind: 'tpm', worth };
  }

  exists(): boolean {
    return existsSync(this.#path);
  }

  create(): void {
    if (this.exists()) throw this.#fault('a key already', 'none: a key is made once and never replaced');
    const secret = randomBytes(KEY_BYTES);
    try {
      this.restore(secret);
    } finally {
      secret.fill(0);
    }
  }

  open(): Uint8Array {
    const { pcrs, sealed } = this.#read();
    const [present] = sealed;
    assert(present !== undefined, 'a file of sealed keys has one');
    return this.#open(present, pcrs);
  }

  openNext(): Uint8Array | undefined {
    const { pcrs, sealed } = this.#read();
    return sealed[1] === undefined ? undefined : this.#open(sealed[1], pcrs);
  }

  propose(): Uint8Array {
    const standing = this.openNext();
    if (standing !== undefined) return standing;
    const file = this.#read();
    const secret = randomFillSync(new Uint8Array(KEY_BYTES));
    this.#write({ ...file, sealed: [...file.sealed, this.#seal(secret)] });
    return secret;
  }

  settle(secret: Uint8Array): void {
    const file = this.#read();
    if (file.sealed.length === 1) return;
    for (const sealed of file.sealed) {
      const found = this.#open(sealed, file.pcrs);
      const stays = timingSafeEqual(found, secret);
      found.fill(0);
      if (stays) return this.#write({ ...file, sealed: [sealed] });
    }
    throw this.#fault('other secrets', 'the one that is to stay');
  }

  restore(secret: Uint8Array): void {
    const sealed = [this.#seal(secret)];
    makeFolder(dirname(this.#path));
    this.#write({ format: FORMAT, pcrs: PCRS, sealed });
  }

  /** What is sealed lies in the file; the TPM keeps nothing of it. */
  destroy(): void {
    if (!this.exists()) return;
    try {
      overwriteFile(this.#path);
    } catch (error) {
      throw this.#fault(messageOf(error), 'a file that this account may overwrite');
    }
  }

  #open(sealed: Sealed, pcrs: string): Uint8Array {
    return this.#tpm.withObjects((folder) => {
      const at = (name: string): string => join(folder, name);
      writeFileSync(at('public'), Buffer.from(sealed.public, 'base64'), { mode: OWN_FILE });
      writeFileSync(at('private'), Buffer.from(sealed.private, 'base64'), { mode: OWN_FILE });
      this.#parent(at('parent'));
      this.#tpm.run('load', ['-C', at('parent'), '-u', at('public'), '-r', at('private'), '-c', at('sealed')]);
      this.#tpm.run('flushcontext', ['-t']);
      const secret = this.#unseal(at('sealed'), pcrs);
      if (secret.length !== KEY_BYTES) throw this.#fault(`${secret.length} bytes`, `${KEY_BYTES} bytes`);
      const copy = Uint8Array.from(secret);
      secret.fill(0);
      return copy;
    });
  }

  #unseal(object: string, pcrs: string): Buffer {
    try {
      return this.#tpm.run('unseal', ['-c', object, '-p', `pcr:${pcrs}`]);
    } catch (error) {
      const expected =
        'the measured state that the key was sealed in: start the system that it was sealed under, or, where this one is ' +
        'as it should be, seal the key anew with the recovery key: npm run keys -- recover-root';
      throw new Fault('key', { thing: this.#path, found: `a TPM that refuses (${messageOf(error)})`, expected }, error);
    }
  }

  #seal(secret: Uint8Array): Sealed {
    return this.#tpm.withObjects((folder) => {
      const at = (name: string): string => join(folder, name);
      this.#parent(at('parent'));
      this.#tpm.run('startauthsession', ['-S', at('session')]);
      this.#tpm.run('policypcr', ['-S', at('session'), '-l', PCRS, '-L', at('policy')]);
      this.#tpm.run('flushcontext', [at('session')]);
      const attributes = 'fixedtpm|fixedparent|noda';
      const files = ['-u', at('public'), '-r', at('private')];
      this.#tpm.run('create', ['-C', at('parent'), '-L', at('policy'), '-i', '-', '-a', attributes, ...files], secret);
      const [publicPart, privatePart] = ['public', 'private'].map((name) => readFileSync(at(name)).toString('base64'));
      return { public: publicPart ?? '', private: privatePart ?? '' };
    });
  }

  #write(file: SealedFile): void {
    replaceFile(this.#path, `${JSON.stringify(file)}\n`);
  }

  /** The same parent each time: derived from the TPM's owner seed. */
  #parent(context: string): void {
    this.#tpm.run('createprimary', ['-C', 'o', '-g', 'sha256', '-G', 'ecc', '-c', context]);
    this.#tpm.run('flushcontext', ['-t']);
  }

  #read(): SealedFile {
    let found: unknown;
    try {
      found = JSON.parse(readFileSync(this.#path, 'utf8'));
    } catch (error) {
      throw this.#fault(messageOf(error), 'a sealed key that this account may read');
    }
    const parsed = SealedFile.safeParse(found);
    if (parsed.success) return parsed.data;
    throw this.#fault(z.prettifyError(parsed.error), 'a sealed key, version 1');
  }

  #fault(found: string, expected: string): Fault {
    return new Fault('key', { thing: `sealed key ${this.#path}`, found, expected });
  }
}
