import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countRightPin,
  countWrongPin,
  mayTryPin,
  NO_PIN_TRIES,
  pinTriesFrom,
  pinTriesRecord,
  type PinLimits,
  type PinTries,
} from '#core/access/pinTries.ts';
import { millis, monotonic, wallTime } from '#core/kernel/units.ts';

const LIMITS: PinLimits = { triesPerNumber: 3, triesPerTerminal: 5, windowMs: millis(1_000) };
const wrong = (tries: PinTries, number: string, at: number): PinTries =>
  countWrongPin(tries, number, LIMITS, monotonic(at));
const may = (tries: PinTries, number: string, at: number) => mayTryPin(tries, number, LIMITS, monotonic(at));

describe('a PIN that is wrong', () => {
  it('locks its number out after the allowed tries, until the first of them is forgotten', () => {
    let tries = NO_PIN_TRIES;
    for (const at of [100, 200, 300]) tries = wrong(tries, '17', at);
    expect(may(tries, '17', 1_099)).toEqual({ kind: 'locked-out', until: 1_100 });
    expect(may(tries, '17', 1_100)).toEqual({ kind: 'allowed' });
    expect(may(tries, '18', 300)).toEqual({ kind: 'allowed' });
  });

  it('locks out by the newest of the tries where more were counted than allowed', () => {
    let tries = NO_PIN_TRIES;
    for (const at of [100, 200, 300, 400]) tries = wrong(tries, '17', at);
    expect(may(tries, '17', 1_050)).toEqual({ kind: 'locked-out', until: 1_200 });
  });

  it('locks the terminal out when many numbers are tried', () => {
    let tries = NO_PIN_TRIES;
    for (let number = 0; number < 5; number++) tries = wrong(tries, String(number), 100 + number);
    expect(may(tries, 'another', 105)).toEqual({ kind: 'locked-out', until: 1_100 });
    expect(may(tries, 'another', 1_100)).toEqual({ kind: 'allowed' });
  });
});

describe('a PIN that is right', () => {
  it('clears its number, and not what the terminal has counted', () => {
    let tries = NO_PIN_TRIES;
    for (const at of [100, 200]) tries = wrong(tries, '17', at);
    tries = countRightPin(tries, '17');
    for (const at of [300, 400]) tries = wrong(tries, '17', at);
    expect(may(tries, '17', 450)).toEqual({ kind: 'allowed' });
    tries = wrong(tries, '17', 500);
    expect(may(tries, 'known', 500)).toEqual({ kind: 'locked-out', until: 1_100 });
  });

  it('changes nothing in the tries that it was given', () => {
    const before = wrong(NO_PIN_TRIES, '17', 100);
    countRightPin(before, '17');
    wrong(before, '17', 200);
    expect(before).toEqual(wrong(NO_PIN_TRIES, '17', 100));
  });
});

describe('a lock-out', () => {
  it('does not end by a restart, and not later than it would have', () => {
    let tries = NO_PIN_TRIES;
    for (const at of [100, 200, 300]) tries = wrong(tries, '17', at);
    const kept = pinTriesRecord(tries, { now: monotonic(400), wall: wallTime(90_400) });
    expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
    // The gate was down for half a second, and its clock begins at 5 again.
    const restarted = pinTriesFrom(kept, { now: monotonic(5), wall: wallTime(90_900) });
    expect(may(restarted, '17', 5)).toEqual({ kind: 'locked-out', until: 100 - 400 - 500 + 5 + 1_000 });
    expect(may(restarted, '17', 205)).toEqual({ kind: 'allowed' });
  });

  it('does not end where the wall clock is put back, and lasts for one window at most', () => {
    let tries = NO_PIN_TRIES;
    for (const at of [100, 200, 300]) tries = wrong(tries, '17', at);
    const kept = pinTriesRecord(tries, { now: monotonic(400), wall: wallTime(90_400) });
    const restarted = pinTriesFrom(kept, { now: monotonic(5), wall: wallTime(0) });
    expect(may(restarted, '17', 1_004)).toEqual({ kind: 'locked-out', until: 1_005 });
    expect(may(restarted, '17', 1_005)).toEqual({ kind: 'allowed' });
  });

  it('is the same before and after a restart that takes no time, whatever was tried', () => {
    const moments = fc.array(fc.tuple(fc.constantFrom('1', '2'), fc.nat(500)), { maxLength: 12 });
    fc.assert(
      fc.property(moments, fc.nat(2_000), (list, wall) => {
        let tries = NO_PIN_TRIES;
        let now = 0;
        for (const [number, wait] of list) tries = wrong(tries, number, (now += wait));
        const clocks = { now: monotonic(now), wall: wallTime(wall) };
        expect(pinTriesFrom(pinTriesRecord(tries, clocks), clocks)).toEqual(tries);
      }),
    );
  });
});

describe('whoever tries PINs, at whatever pace', () => {
  const limits = fc.record({
    triesPerNumber: fc.integer({ min: 1, max: 4 }),
    triesPerTerminal: fc.integer({ min: 1, max: 8 }),
    windowMs: fc.integer({ min: 1, max: 1_000 }).map(millis),
  });
  const attempts = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 400 }),
      number: fc.constantFrom('1', '2', '3', '4'),
      right: fc.boolean(),
    }),
    { maxLength: 80 },
  );

  it('never has more wrong tries in any window than allowed, and is let in again after it; the memory is bounded', () => {
    let lockOuts = 0;
    fc.assert(
      fc.property(limits, attempts, (limit, list) => {
        let tries = NO_PIN_TRIES;
        let now = 0;
        let sinceRight = new Map<string, number[]>();
        const all: number[] = [];
        for (const { wait, number, right } of list) {
          now += wait;
          const allowance = mayTryPin(tries, number, limit, monotonic(now));
          const inWindow = (moments: readonly number[]): number =>
            moments.filter((at) => at + limit.windowMs > now).length;
          const full =
            inWindow(all) >= limit.triesPerTerminal || inWindow(sinceRight.get(number) ?? []) >= limit.triesPerNumber;
          expect(allowance.kind).toBe(full ? 'locked-out' : 'allowed');
          if (allowance.kind === 'locked-out') {
            lockOuts++;
            expect(allowance.until).toBeGreaterThan(now);
            expect(mayTryPin(tries, number, limit, allowance.until).kind).toBe('allowed');
            continue;
          }
          if (right) {
            tries = countRightPin(tries, number);
            sinceRight = new Map([...sinceRight].filter(([known]) => known !== number));
            continue;
          }
          tries = countWrongPin(tries, number, limit, monotonic(now));
          all.push(now);
          sinceRight.set(number, [...(sinceRight.get(number) ?? []), now]);
          expect(inWindow(all)).toBeLessThanOrEqual(limit.triesPerTerminal);
          expect(tries.terminal.length).toBeLessThanOrEqual(limit.triesPerTerminal);
          expect(tries.byNumber.size).toBeLessThanOrEqual(limit.triesPerTerminal);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(lockOuts, 'the property saw lock-outs').toBeGreaterThan(100);
  });
});
