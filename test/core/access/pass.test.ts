import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allDoubted,
  judgePass,
  NO_PASS_SPENT,
  onceMore,
  passFactor,
  PASSES_SPENT_MAX,
  spendings,
  spendPass,
  type Pass,
  type PassRules,
  type Spending,
} from '#core/access/pass.ts';
import { parsePassText } from '#core/access/passText.ts';
import type { PassId } from '#core/kernel/ids.ts';
import { millis, wallTime } from '#core/kernel/units.ts';
import { pseudonym } from '../people.ts';
import { bytes, isSigned, issuerFrom, passOf, textOf } from './passes.ts';

const spending = (id: string): Spending => ({ id: id as PassId, until: wallTime(1_000) });
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
      spends: { id: 'a', until: 1_000 },
    });
    const spent = spendPass(NO_PASS_SPENT, spending('a'), wallTime(10));
    expect(passFactor(pass('a'), spent)).toEqual({ factor: 'pass', kind: 'failed', reason: 'pass-spent' });
    expect(passFactor(pass('b'), spent).kind).toBe('established');
  });

  it('is remembered until it has ended anyway', () => {
    const spent = spendPass(NO_PASS_SPENT, spending('a'), wallTime(10));
    expect(spendPass(spent, spending('b'), wallTime(999)).until.has('a' as PassId)).toBe(true);
    expect(spendPass(spent, spending('b'), wallTime(1_000)).until.has('a' as PassId)).toBe(false);
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
          if (found.kind === 'established') spent = spendPass(spent, spending(id), wallTime(now));
          used.add(id);
        }
      }),
    );
  });
});

it('a pass that is good while it is valid spends nothing', () => {
  const often = passFactor(pass('a', { uses: 'while-valid' }), spendPass(NO_PASS_SPENT, spending('a'), wallTime(0)));
  expect(often.kind).toBe('established');
  expect(spendings([often])).toEqual([]);
});

it('where it is unknown what was spent, whatever may have been is refused until it has ended anyway', () => {
  const lost = allDoubted(wallTime(500), millis(400));
  expect(passFactor(endingAt(900), lost)).toEqual({ factor: 'pass', kind: 'failed', reason: 'not-verifiable' });
  expect(passFactor(endingAt(901), lost).kind).toBe('established');
  expect(passFactor({ ...endingAt(900), uses: 'while-valid' }, lost).kind).toBe('established');
  const later = spendPass(lost, spending('b'), wallTime(899));
  expect(passFactor(endingAt(900), later).kind).toBe('failed');
  expect(spendPass(lost, spending('b'), wallTime(900)).doubtedUntil).toBeUndefined();
});

const endingAt = (until: number): Pass => pass('z', { validity: { from: wallTime(0), until: wallTime(until) } });

describe('a text that has the shape of a pass', () => {
  const rules: PassRules = { isSigned, longestMs: millis(600_000) };
  const judged = (text: string) => judgePass(parsePassText(bytes(text))!, rules, NO_PASS_SPENT);

  it('is a pass where an issuer signed it, and is forged where anybody else did', () => {
    expect(judged(textOf())).toMatchObject({ kind: 'established', holder: passOf().pseudonym });
    expect(judged(textOf({}, issuerFrom(2)))).toEqual({ factor: 'pass', kind: 'failed', reason: 'pass-forged' });
  });

  it('is refused where it is made out for longer than is accepted, whoever signed it', () => {
    const { from, until } = passOf().validity;
    const longer = { validity: { from, until: wallTime(until + 1_000) } };
    expect(judged(textOf(longer))).toEqual({ factor: 'pass', kind: 'failed', reason: 'pass-too-long' });
    expect(judged(textOf({ ...longer, uses: 'while-valid' }))).toMatchObject({ reason: 'pass-too-long' });
  });

  it('was spent meanwhile where another door took it, at the latest when it is decided upon', () => {
    const shown = judged(textOf());
    const spent = spendings([shown]).reduce((state, one) => spendPass(state, one, wallTime(0)), NO_PASS_SPENT);
    expect(onceMore(shown, spent)).toEqual({ factor: 'pass', kind: 'failed', reason: 'pass-spent' });
    expect(onceMore(shown, NO_PASS_SPENT)).toBe(shown);
  });
});
