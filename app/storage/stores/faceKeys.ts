import { randomFillSync } from 'node:crypto';
import { inTransaction, type Sqlite } from '../files/openDatabase.ts';
import { KeyBlock } from '../keys/keyBlock.ts';
import { keyObject } from '../vault/derivedKeys.ts';
import type { Keyring } from './keyring.ts';
import { Templates } from './templates.ts';

export interface FaceFiles {
  readonly keyring: Sqlite;
  readonly biometrics: Sqlite;
}

/**
 * Changes everybody's biometric key, block by block: the new keys are written beside the block, then the templates are
 * sealed under them, then they take their place in the block. Cut off between any two of these, nothing is lost: each
 * template opens under the one key or the other, and `finish` seals those that are left.
 */
export class FaceKeys {
  readonly #keyring: Keyring;
  readonly #files: FaceFiles;
  readonly #templates: Templates;

  constructor(keyring: Keyring, files: FaceFiles) {
    this.#keyring = keyring;
    this.#files = files;
    this.#templates = new Templates(files.biometrics);
  }

  /** A block between two chances for others to work. How many templates opened under no key and were left as they are. */
  *changeAll(): Generator<void, number> {
    let damaged = this.finish();
    for (const number of this.#keyring.blocks()) {
      damaged += this.#change(number);
      yield;
    }
    return damaged;
  }

  /** What was cut off. Damaged templates as with `changeAll`. */
  finish(): number {
    let damaged = 0;
    for (const number of this.#keyring.file.withNext()) damaged += this.#takeOver(number);
    return damaged;
  }

  #change(number: number): number {
    const { file } = this.#keyring;
    const key = this.#keyring.keyOf(number);
    using block = file.read(number, key);
    // One that does not open is told of at every start; there is nothing in it that could be changed.
    if (block === undefined) return 0;
    using next = new KeyBlock(Buffer.from(block.bytes));
    for (const [, face] of next.keys('biometric')) randomFillSync(face);
    file.writeNext(number, key, next);
    return this.#takeOver(number);
  }

  #takeOver(number: number): number {
    const { file } = this.#keyring;
    const key = this.#keyring.keyOf(number);
    using block = file.read(number, key);
    using next = file.readNext(number, key);
    if (block === undefined || next === undefined) return 0;
    let damaged = 0;
    inTransaction(this.#files.biometrics, () => {
      for (const [pseudonym, to] of next.keys('biometric')) {
        const from = block.faceKeyOf(pseudonym);
        if (from === undefined) continue;
        damaged += this.#templates.sealAnew(pseudonym, keyObject(from), keyObject(to));
        from.set(to);
      }
    });
    inTransaction(this.#files.keyring, () => {
      file.write(number, key, block);
      file.removeNext(number);
    });
    return damaged;
  }
}
