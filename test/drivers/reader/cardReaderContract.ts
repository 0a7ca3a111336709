import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardRead, CardReader } from '#core/ports/hardware.ts';

/** A reader and whoever holds cards before it. */
export interface ReaderRig extends AsyncDisposable {
  readonly reader: CardReader;
  /** Two cards, as they are to be told. */
  readonly cards: readonly [CardRead, CardRead];
  /** Holds a card before the reader until it is taken away; time goes by, so that a reader that repeats does. */
  hold(which: 0 | 1): Promise<void>;
  /** Resolves when the reader has had the time to know that nothing is there. */
  takeAway(): Promise<void>;
  /** Holds something before it, or lets it say something, that counts for no card. */
  spoil(): Promise<void>;
  /** Resolve when the reader's link is down, or up again. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** What every reader promises, whatever it is. */
export function describeCardReader(name: string, makeRig: () => Promise<ReaderRig>): void {
  let rig: ReaderRig;
  let told: unknown[];
  beforeEach(async () => {
    rig = await makeRig();
    told = [];
    rig.reader.onCard((card) => told.push(card));
    rig.reader.onMisread((why) => told.push(`misread: ${why}`));
  });
  afterEach(() => rig[Symbol.asyncDispose]());

  describe(`a card reader: ${name}`, () => {
    it('tells of a card once for each time that it is held before it', async () => {
      await rig.hold(0);
      expect(told).toEqual([rig.cards[0]]);
      await rig.takeAway();
      expect(told).toEqual([rig.cards[0]]);
      await rig.hold(0);
      expect(told).toEqual([rig.cards[0], rig.cards[0]]);
    });

    it('tells of each of two cards that come one after the other', async () => {
      await rig.hold(0);
      await rig.takeAway();
      await rig.hold(1);
      expect(told).toEqual(rig.cards);
    });

    it('says that something could not be read, and not what, and reads the next card', async () => {
      await rig.spoil();
      expect(told).toEqual([expect.stringMatching(/^misread: ./)]);
      for (const { number } of rig.cards) expect(String(told[0])).not.toContain(number);
      told.length = 0;
      await rig.hold(1);
      expect(told).toEqual([rig.cards[1]]);
    });

    it('reads nothing while its line is cut, says so, and reads again when it is mended', async () => {
      const links: string[] = [];
      rig.reader.onLink((link, why) => links.push(`${link} ${why.length > 0}`));
      expect(rig.reader.link).toBe('up');
      await rig.cut();
      expect(rig.reader.link).toBe('down');
      await rig.mend();
      expect([rig.reader.link, ...links]).toEqual(['up', 'down true', 'up true']);
      expect(told).toEqual([]);
      await rig.hold(0);
      expect(told).toEqual([rig.cards[0]]);
    });

    it('tells nobody who no longer listens', async () => {
      let heard = 0;
      rig.reader.onCard(() => heard++)[Symbol.dispose]();
      rig.reader.onMisread(() => heard++)[Symbol.dispose]();
      rig.reader.onLink(() => heard++)[Symbol.dispose]();
      await rig.hold(0);
      await rig.cut();
      expect(heard).toBe(0);
    });
  });
}
