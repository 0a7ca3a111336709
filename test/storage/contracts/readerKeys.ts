import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReaderId } from '#core/kernel/ids.ts';
import type { ReaderKeys } from '#core/ports/readerKeys.ts';
import { faultOf } from '../support/faults.ts';

/** A place for readers' keys, and what can be done to it. */
export interface ReaderKeysRig extends Disposable {
  readonly keys: ReaderKeys;
  /** The same after a restart. */
  again(): ReaderKeys;
  /** From now on nothing can be written. */
  breaks(): void;
}

const [entrance, exit] = ['entrance', 'exit'] as ReaderId[] as [ReaderId, ReaderId];
const key = (): Uint8Array => Uint8Array.from(randomBytes(16));

/** What every such place promises. */
export function describeReaderKeys(name: string, makeRig: () => ReaderKeysRig): void {
  describe(`keys of readers: ${name}`, () => {
    let rig: ReaderKeysRig;
    beforeEach(() => void (rig = makeRig()));
    afterEach(() => rig[Symbol.dispose]());

    it('a reader that nobody has installed has none', async () => {
      expect(await rig.keys.get(entrance)).toEqual([]);
    });

    it('both keys lie there while one is changed for the other, newest first, and outlive a restart', async () => {
      const [old, fresh] = [key(), key()];
      await rig.keys.put(entrance, [old]);
      await rig.keys.put(entrance, [fresh, old]);
      expect(await rig.again().get(entrance)).toEqual([fresh, old]);
      await rig.keys.put(entrance, [fresh]);
      expect(await rig.again().get(entrance)).toEqual([fresh]);
    });

    it('each reader has its own, and one that is forgotten takes no other along', async () => {
      const [one, other] = [key(), key()];
      await rig.keys.put(entrance, [one]);
      await rig.keys.put(exit, [other]);
      await rig.keys.put(entrance, []);
      expect(await rig.again().get(entrance)).toEqual([]);
      expect(await rig.again().get(exit)).toEqual([other]);
    });

    it('what is lent may be overwritten', async () => {
      const own = key();
      await rig.keys.put(entrance, [Uint8Array.from(own)]);
      for (const lent of await rig.keys.get(entrance)) lent.fill(0);
      expect(await rig.keys.get(entrance)).toEqual([own]);
    });

    it('where nothing can be written that is said, and what lay there lies there still', async () => {
      const old = key();
      await rig.keys.put(entrance, [old]);
      rig.breaks();
      await faultOf(() => rig.keys.put(entrance, [key(), old]), 'key');
      expect(await rig.keys.get(entrance)).toEqual([old]);
    });
  });
}
