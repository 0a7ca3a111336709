import { describe, expect, it } from 'vitest';
import type { EpochStore } from '#core/ports/epochStore.ts';
import { secret } from '../support/people.ts';

/** What every EpochStore promises. `make` opens the same place each time within one test. */
export function epochStoreContract(name: string, make: () => EpochStore): void {
  const held = (): string[] =>
    make()
      .read()
      .map((bytes) => Buffer.from(bytes).toString('hex'))
      .toSorted();
  const asText = (...secrets: Uint8Array[]): string[] =>
    secrets.map((bytes) => Buffer.from(bytes).toString('hex')).toSorted();

  describe(`the epoch secret in ${name}`, () => {
    it('is none before the first', () => {
      expect(held()).toEqual([]);
    });

    it('is there for the next start, and only what was last held', () => {
      const [a, b, c] = [secret(), secret(), secret()];
      for (const secrets of [[a], [a, b], [b], [b], [c, b], [c], [a, b]]) {
        make().hold(secrets);
        expect(held()).toEqual(asText(...secrets));
      }
    });

    it('is given out to be overwritten', () => {
      const [one] = [secret()];
      const store = make();
      store.hold([one]);
      for (const bytes of store.read()) bytes.fill(0);
      expect(held()).toEqual(asText(one));
    });

    it('destroyed, is none, and the next one may be held', () => {
      const [a, b] = [secret(), secret()];
      make().destroy();
      make().hold([a, b]);
      make().destroy();
      expect(held()).toEqual([]);
      make().hold([b]);
      expect(held()).toEqual(asText(b));
    });

    it('is as long as it must be, and never more than two', () => {
      expect(() => make().hold([])).toThrow();
      expect(() => make().hold([new Uint8Array(16)])).toThrow();
      expect(() => make().hold([secret(), secret(), secret()])).toThrow();
      expect(held()).toEqual([]);
    });
  });
}
