import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pinUnderDuress, verifyTyped } from '#core/access/duress.ts';

const pins = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 }).map((digits) => digits.join(''));
const typedBy = (pin: string, typed: string) => verifyTyped(typed, (tried) => Promise.resolve(tried === pin));

const duressPinOf = (pin: string): string => `${pin.slice(0, -1)}${(Number(pin.at(-1)) + 1) % 10}`;

describe('a duress code', () => {
  it('is the PIN with its last digit one higher', () => {
    expect([pinUnderDuress('480214'), pinUnderDuress('0'), pinUnderDuress('1230')]).toEqual(['480213', '9', '1239']);
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
