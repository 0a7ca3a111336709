import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';
import { OWN_FILE, OWN_FOLDER, replaceFile } from '../files/atomicFile.ts';
import { overwriteFile } from '../files/overwriteFile.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';
import { PCRS, Tpm, type TpmOptions } from './tpm.ts';

const FORMAT = 1;
const SealedFile = z.strictObject({
  format: z.literal(FORMAT),
  pcrs: z.string(),
  public: z.string(),
  private: z.string(),
});

export interface TpmKeyOptions extends TpmOptions {
  /** The sealed secret: worth nothing without this TPM in this state. */
  readonly path: string;
}

/** The root secret sealed by the TPM to the measured state of this machine. @throws Fault `key` where the TPM does not answer. */
export function createTpmKeyStore(options: TpmKeyOptions): KeyStore {
  return new TpmKeyStore(options);
}

class TpmKeyStore implements KeyStore {
  readonly protection: KeyStore['protection'];
  readonly #path: string;
  readonly #tpm: Tpm;

  constructor(options: TpmKeyOptions) {
    this.#path = options.path;
    this.#tpm = new Tpm(options);
    const measured = this.#tpm.measuresBoot();
    this.protection = {
      kind: 'tpm',
      worth: measured
        ? `the key is sealed by this machine's TPM to what it booted (${PCRS}): neither the disk alone nor another system on ` +
          'this machine opens it; whoever becomes root on the running system can'
        : "the key is sealed by this machine's TPM, so that the disk alone does not open it. This is a board without measured " +
          'boot: PCRs protect nothing there, and another system that is started on it opens the key',
    };
  }

  exists(): boolean {
    return existsSync(this.#path);
  }

  create(): void {
    if (this.exists()) throw this.#fault('a key already', 'none: a key is made once and never replaced');
    const secret = randomBytes(KEY_BYTES);
    try {
      const sealed = this.#tpm.withObjects((folder) => this.#seal(folder, secret));
      mkdirSync(dirname(this.#path), { recursive: true, mode: OWN_FOLDER });
      replaceFile(this.#path, `${JSON.stringify({ format: FORMAT, pcrs: PCRS, ...sealed })}\n`);
    } finally {
      secret.fill(0);
    }
  }

  open(): Uint8Array {
    const file = this.#read();
    return this.#tpm.withObjects((folder) => {
      const at = (name: string): string => join(folder, name);
      writeFileSync(at('public'), Buffer.from(file.public, 'base64'), { mode: OWN_FILE });
      writeFileSync(at('private'), Buffer.from(file.private, 'base64'), { mode: OWN_FILE });
      this.#parent(at('parent'));
      this.#tpm.run('load', ['-C', at('parent'), '-u', at('public'), '-r', at('private'), '-c', at('sealed')]);
      this.#tpm.run('flushcontext', ['-t']);
      const secret = this.#unseal(at('sealed'), file.pcrs);
      if (secret.length !== KEY_BYTES) throw this.#fault(`${secret.length} bytes`, `${KEY_BYTES} bytes`);
      const copy = Uint8Array.from(secret);
      secret.fill(0);
      return copy;
    });
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

  #unseal(object: string, pcrs: string): Buffer {
    try {
      return this.#tpm.run('unseal', ['-c', object, '-p', `pcr:${pcrs}`]);
    } catch (error) {
      const expected =
        'the measured state that the key was sealed in: start the system that it was sealed under, or bring the key back ' +
        'with the recovery key';
      throw new Fault('key', { thing: this.#path, found: `a TPM that refuses (${messageOf(error)})`, expected }, error);
    }
  }

  #seal(folder: string, secret: Buffer): { readonly public: string; readonly private: string } {
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
  }

  /** The same parent each time: derived from the TPM's owner seed. */
  #parent(context: string): void {
    this.#tpm.run('createprimary', ['-C', 'o', '-g', 'sha256', '-G', 'ecc', '-c', context]);
    this.#tpm.run('flushcontext', ['-t']);
  }

  #read(): z.infer<typeof SealedFile> {
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
