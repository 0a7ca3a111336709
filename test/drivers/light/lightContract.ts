import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { millis } from '#core/kernel/units.ts';
import type { Light } from '#core/ports/light.ts';
import type { FakeClock } from '../../fakes/fakeClock.ts';

/** A light, seen from both sides. It was left burning by somebody before. */
export interface LightRig extends Disposable {
  readonly light: Light;
  readonly clock: FakeClock;
  isLit(): boolean;
  /** What the light hangs on goes away, and comes back. */
  cut(): void;
  mend(): void;
}

/** What every light promises, whatever it hangs on. */
export function describeLight(name: string, makeRig: () => LightRig): void {
  let rig: LightRig;
  /** Moves time on; what a relay is told by that has reached it then. */
  const pass = async (ms: number): Promise<void> => {
    rig.clock.advance(ms);
    await new Promise((resolve) => void setImmediate(resolve));
  };

  describe(`a light: ${name}`, () => {
    beforeEach(() => {
      rig = makeRig();
    });
    afterEach(() => rig[Symbol.dispose]());

    it('that was left burning goes out when it is told to', async () => {
      expect(rig.isLit()).toBe(true);
      await rig.light.darken();
      expect(rig.isLit()).toBe(false);
      await rig.light.darken();
      expect(rig.isLit()).toBe(false);
    });

    it('shines for its time and not longer when nobody tells it again', async () => {
      await rig.light.shine(millis(4_000));
      await pass(3_999);
      expect(rig.isLit()).toBe(true);
      await pass(1);
      expect(rig.isLit()).toBe(false);
    });

    it('shines on while somebody tells it again', async () => {
      for (let i = 0; i < 5; i++) {
        await rig.light.shine(millis(4_000));
        await pass(2_000);
        expect(rig.isLit()).toBe(true);
      }
      await pass(2_000);
      expect(rig.isLit()).toBe(false);
    });

    it('goes out at once when it is told to, and no older end reaches into what comes after', async () => {
      await rig.light.shine(millis(500));
      await rig.light.darken();
      expect(rig.isLit()).toBe(false);
      await rig.light.shine(millis(4_000));
      await pass(3_999);
      expect(rig.isLit()).toBe(true);
    });

    it('says that it cannot be told, leaves nothing waiting, and works again afterwards', async () => {
      await rig.light.shine(millis(4_000));
      rig.cut();
      await pass(0);
      for (const order of [() => rig.light.shine(millis(4_000)), () => rig.light.darken()])
        await expect(order()).rejects.toThrow(Fault);
      await pass(4_000);
      rig.mend();
      await pass(0);
      await rig.light.shine(millis(4_000));
      expect(rig.isLit()).toBe(true);
      await rig.light.darken();
      expect(rig.isLit()).toBe(false);
      expect(rig.clock.waiting).toBe(0);
    });
  });
}
