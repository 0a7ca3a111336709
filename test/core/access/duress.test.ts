import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duressPinOf, pinUnderDuress, verifyTyped } from '#core/access/duress.ts';

const pins = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 }).map((digits) => digits.join(''));
const typedBy = (pin: string, typed: string) => verifyTyped(typed, (tried) => Promise.resolve(tried === pin));

describe('a duress code', () => {
  it('is the PIN with its last digit one higher', () => {
    expect([duressPinOf('480213'), duressPinOf('9'), duressPinOf('1239')]).toEqual(['480214', '0', '1230']);
  });

  it('leads back to the PIN, and is never the PIN itself', () => {
    fc.assert(
      fc.property(pins, (pin) => {
        expect(pinUnderDuress(duressPinOf(pin))).toBe(pin);
        expect(duressPinOf(pin)).not.toBe(pin);
      }),
    );
  });

  it('is told from the PIN and from everything else', async () => {
    await fc.assert(
      fc.asyncProperty(pins, fc.oneof(pins, fc.string()), async (pin, other) => {
        expect(await typedBy(pin, pin)).toEqual({ kind: 'right' });
        expect(await typedBy(pin, duressPinOf(pin))).toEqual({ kind: 'right-under-duress' });
        if (other !== pin && other !== duressPinOf(pin)) expect(await typedBy(pin, other)).toEqual({ kind: 'wrong' });
      }),
    );
  });

  it('takes as many verifications as the PIN and as a wrong one: whoever stands beside sees no difference', async () => {
    for (const typed of ['480213', '480214', '111111', 'x', '']) {
      let verifications = 0;
      await verifyTyped(typed, (tried) => {
        verifications++;
        return Promise.resolve(tried === '480213');
      });
      expect(verifications).toBe(2);
    }
  });
});
