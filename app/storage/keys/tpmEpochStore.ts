import { createHash } from 'node:crypto';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { EPOCH_SECRETS_MAX, type EpochStore } from '#core/ports/epochStore.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';
import { Tpm, type TpmOptions } from './tpm.ts';

/** Two neighbouring indices in the range for owners; one secret in each: 32 bytes, then the first 8 bytes of its SHA-256. */
const CHECKSUM_BYTES = 8;
const INDEX_BYTES = KEY_BYTES + CHECKSUM_BYTES;
const ATTRIBUTES = 'ownerread|ownerwrite|no_da';

export interface TpmEpochOptions extends TpmOptions {
  /** The first of the two NV indices, say 0x01800100. */
  readonly index: number;
}

/** The epoch secret in the TPM's own memory, where a replaced one is gone. */
export function createTpmEpochStore(options: TpmEpochOptions): EpochStore {
  return new TpmEpochStore(options);
}

class TpmEpochStore implements EpochStore {
  readonly protection: EpochStore['protection'];
  readonly #tpm: Tpm;
  readonly #places: readonly number[];

  constructor(options: TpmEpochOptions) {
    this.#tpm = new Tpm(options);
    this.#places = Array.from({ length: EPOCH_SECRETS_MAX }, (_, place) => options.index + place);
    this.protection = {
      kind: 'tpm',
      worth:
        `the epoch secret lies in the TPM's own memory (NV index ${hexOf(options.index)} and the next), is never copied with a ` +
        'disk and is gone when it is replaced; whoever runs as root on this machine can read the present one',
    };
  }

  read(): Uint8Array[] {
    const held = this.#held();
    const secrets = [...held.values()].filter((secret) => secret !== undefined);
    // A written index that does not check out beside a whole one is a replacement that was cut off.
    if (secrets.length === 0 && held.size > 0) {
      const expected = 'a secret as this gate wrote it: bring it back from an escrow place';
      throw new Fault('key', { thing: `NV index ${hexOf(this.#places[0] ?? 0)}`, found: 'a damaged secret', expected });
    }
    return secrets;
  }

  hold(secrets: readonly Uint8Array[]): void {
    assert(secrets.length >= 1 && secrets.length <= EPOCH_SECRETS_MAX, 'one epoch secret is held, or two');
    for (const secret of secrets) assert(secret.length === KEY_BYTES, 'an epoch secret has 32 bytes');
    const held = this.#held();
    const kept = new Map<number, Uint8Array>();
    for (const [place, secret] of held) {
      const wanted = secret && secrets.find((one) => secret.equals(one));
      if (wanted !== undefined) kept.set(place, wanted);
      secret?.fill(0);
    }
    for (const secret of secrets) {
      if ([...kept.values()].includes(secret)) continue;
      const place = this.#places.find((one) => !kept.has(one));
      assert(place !== undefined, 'there is a place for each secret');
      if (held.has(place)) this.#remove(place);
      held.delete(place);
      this.#write(place, secret);
      kept.set(place, secret);
    }
    for (const place of held.keys()) if (!kept.has(place)) this.#remove(place);
  }

  destroy(): void {
    for (const place of this.#held().keys()) this.#remove(place);
  }

  /** The places that are defined; undefined for one whose content does not check out. */
  #held(): Map<number, Buffer | undefined> {
    const defined = this.#tpm.indices();
    return new Map(
      this.#places.filter((place) => defined.has(place)).map((place) => [place, this.#readAt(place)] as const),
    );
  }

  #readAt(place: number): Buffer | undefined {
    let bytes: Buffer;
    try {
      bytes = this.#tpm.run('nvread', [hexOf(place), '-C', 'o', '-s', String(INDEX_BYTES)]);
    } catch {
      // Defined and never written: cut off between the two.
      return undefined;
    }
    const secret = Buffer.from(bytes.subarray(0, KEY_BYTES));
    const whole = bytes.length === INDEX_BYTES && checksumOf(secret).equals(bytes.subarray(KEY_BYTES));
    bytes.fill(0);
    return whole ? secret : undefined;
  }

  #write(place: number, secret: Uint8Array): void {
    this.#tpm.run('nvdefine', [hexOf(place), '-C', 'o', '-s', String(INDEX_BYTES), '-a', ATTRIBUTES]);
    const content = Buffer.concat([secret, checksumOf(secret)]);
    try {
      this.#tpm.run('nvwrite', [hexOf(place), '-C', 'o', '-i', '-'], content);
    } finally {
      content.fill(0);
    }
  }

  /** Overwritten first: what a TPM does with the memory of an index that is no more is its maker's affair. */
  #remove(place: number): void {
    this.#tpm.run('nvwrite', [hexOf(place), '-C', 'o', '-i', '-'], Buffer.alloc(INDEX_BYTES));
    this.#tpm.run('nvundefine', [hexOf(place), '-C', 'o']);
  }
}

const hexOf = (index: number): string => `0x${index.toString(16).padStart(8, '0')}`;

const checksumOf = (content: Uint8Array): Buffer =>
  createHash('sha256').update(content).digest().subarray(0, CHECKSUM_BYTES);
