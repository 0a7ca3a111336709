import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_PASS_SPENT, passFactor, PASSES_SPENT_MAX, spendPass, type Pass } from '#core/access/pass.ts';
import type { PassId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { pseudonym } from '../people.ts';

const pass = (id: string, differing: Partial<Pass> = {}): Pass => ({
  id: id as PassId,
  pseudonym: pseudonym('anna'),
  validity: { from: wallTime(0), until: wallTime(1_000) },
  uses: 'once',
  ...differing,
});

describe('a pass for one passage', () => {
  it('establishes its holder once, with its validity', () => {
    expect(passFactor(pass('a'), NO_PASS_SPENT)).toEqual({
      factor: 'pass',
      kind: 'established',
      holder: 'anna',
      validity: { from: 0, until: 1_000 },
    });
    const spent = spendPass(NO_PASS_SPENT, pass('a'), wallTime(10));
    expect(passFactor(pass('a'), spent)).toEqual({ factor: 'pass', kind: 'failed', reason: 'pass-spent' });
    expect(passFactor(pass('b'), spent).kind).toBe('established');
  });

  it('is remembered until it has ended anyway', () => {
    const spent = spendPass(NO_PASS_SPENT, pass('a'), wallTime(10));
    expect(spendPass(spent, pass('b'), wallTime(999)).until.has('a' as PassId)).toBe(true);
    expect(spendPass(spent, pass('b'), wallTime(1_000)).until.has('a' as PassId)).toBe(false);
  });

  it('is not taken where so many are spent that another could not be remembered', () => {
    const full = {
      until: new Map(Array.from({ length: PASSES_SPENT_MAX }, (_, i) => [`${i}` as PassId, wallTime(1_000)])),
    };
    expect(passFactor(pass('a'), full)).toEqual({ factor: 'pass', kind: 'failed', reason: 'not-verifiable' });
    expect(passFactor(pass('a', { uses: 'while-valid' }), full).kind).toBe('established');
  });

  it('never establishes anybody twice while it is valid, whatever is spent beside it', () => {
    const passes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(50)), { maxLength: 30 });
    fc.assert(
      fc.property(passes, (list) => {
        let spent = NO_PASS_SPENT;
        let now = 0;
        const used = new Set<string>();
        for (const [id, wait] of list) {
          now = Math.min(now + wait, 999);
          const found = passFactor(pass(id), spent);
          expect(found.kind).toBe(used.has(id) ? 'failed' : 'established');
          if (found.kind === 'established') spent = spendPass(spent, pass(id), wallTime(now));
          used.add(id);
        }
      }),
    );
  });
});

it('a pass that is good while it is valid is never spent', () => {
  const often = pass('a', { uses: 'while-valid' });
  expect(passFactor(often, spendPass(NO_PASS_SPENT, often, wallTime(0))).kind).toBe('established');
});
