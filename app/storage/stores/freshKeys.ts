import { randomBytes, type KeyObject } from 'node:crypto';
import { assert } from '#core/kernel/assert.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';

/** Two keys a person: the biometric one dies with the consent, the record one with the last legal minimum. */
export interface FreshKeys {
  readonly biometric: KeyObject;
  readonly record: KeyObject;
}

/** Keys of new people, written but not committed. They count from `admit` on; overwritten on dispose. */
export interface StagedKeys extends Disposable {
  of(pseudonym: Pseudonym): FreshKeys;
  admit(): void;
}

/** A biometric key, written but not committed. It counts from `admit` on; overwritten on dispose. */
export interface StagedFace extends Disposable {
  readonly key: KeyObject;
  admit(): void;
}

export interface RawKeys {
  readonly biometric: Buffer;
  readonly record: Buffer;
}

export const freshKeys = (): RawKeys => ({ biometric: randomBytes(KEY_BYTES), record: randomBytes(KEY_BYTES) });

/** `others` are overwritten with the fresh ones. */
export function stagedKeys(
  fresh: ReadonlyMap<Pseudonym, RawKeys>,
  others: readonly Buffer[],
  admit: () => void,
): StagedKeys {
  return {
    of: (pseudonym) => {
      const keys = fresh.get(pseudonym);
      assert(keys !== undefined, 'keys were made for everybody who is enrolled');
      return { biometric: keyObject(keys.biometric), record: keyObject(keys.record) };
    },
    admit,
    [Symbol.dispose]: () => {
      for (const { biometric, record } of fresh.values()) for (const key of [biometric, record]) key.fill(0);
      for (const key of others) key.fill(0);
    },
  };
}
