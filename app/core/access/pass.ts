import type { PassId, Pseudonym } from '../kernel/ids.ts';
import { wallTime, type Millis, type WallTime } from '../kernel/units.ts';
import type { Validity } from './credential.ts';
import type { UnverifiedPass } from './passText.ts';
import type { FactorResult } from './request.ts';

/** A QR pass. It names nobody: whose pseudonym it is, the gate alone knows. */
export interface Pass {
  readonly id: PassId;
  readonly pseudonym: Pseudonym;
  readonly validity: Validity;
  readonly uses: 'once' | 'while-valid';
}

/** Whose passes are taken, and for how long one may be made out. */
export interface PassRules {
  /** Did one of the issuers sign this? */
  readonly isSigned: (content: Uint8Array, signature: Uint8Array) => boolean;
  readonly longestMs: Millis;
}

/** Passes good for one passage that are spent, until they would have ended anyway. */
export interface SpentPasses {
  readonly until: ReadonlyMap<PassId, WallTime>;
  /** What was spent before was lost: whatever ends until then may have been among it. */
  readonly doubtedUntil?: WallTime;
}

export const NO_PASS_SPENT: SpentPasses = { until: new Map() };

/** Beyond this many no pass for one passage is taken any more: rather too few come in than one comes in twice. */
export const PASSES_SPENT_MAX = 10_000;

/** Whose pass a text is, or why it is nobody's: the signature is looked at first. */
export function judgePass(
  { claims, signed, signature }: UnverifiedPass,
  { isSigned, longestMs }: PassRules,
  spent: SpentPasses,
): FactorResult {
  if (!isSigned(signed, signature)) return { factor: 'pass', kind: 'failed', reason: 'pass-forged' };
  const { from, until } = claims.validity;
  if (!(until - from <= longestMs)) return { factor: 'pass', kind: 'failed', reason: 'pass-too-long' };
  return passFactor(claims, spent);
}

/** Whose pass it is whose signature has been found right. Its validity is for `decide` to look at. */
export function passFactor(pass: Pass, spent: SpentPasses): FactorResult {
  const { pseudonym: holder, validity } = pass;
  if (pass.uses !== 'once') return { factor: 'pass', kind: 'established', holder, validity };
  const { id } = pass;
  return onceMore(
    { factor: 'pass', kind: 'established', holder, validity, spends: { id, until: validity.until } },
    spent,
  );
}

/** The same factor as it stands now: what it spends may have been spent since it was shown. */
export function onceMore(result: FactorResult, { until, doubtedUntil }: SpentPasses): FactorResult {
  if (result.kind === 'failed' || result.spends === undefined) return result;
  if (until.has(result.spends.id)) return { factor: result.factor, kind: 'failed', reason: 'pass-spent' };
  const isDoubted = doubtedUntil !== undefined && result.spends.until <= doubtedUntil;
  if (isDoubted || until.size >= PASSES_SPENT_MAX)
    return { factor: result.factor, kind: 'failed', reason: 'not-verifiable' };
  return result;
}

/** What of these factors is good for one passage. */
export const spendings = (factors: readonly FactorResult[]): readonly Spending[] =>
  factors.flatMap((result) => (result.kind === 'established' && result.spends !== undefined ? [result.spends] : []));

/** A pass that a grant uses up. */
export interface Spending {
  readonly id: PassId;
  readonly until: WallTime;
}

/** To be called in the turn of the decision and written before the strike moves: a grant spends, taken or not. */
export function spendPass(spent: SpentPasses, { id, until: end }: Spending, at: WallTime): SpentPasses {
  const until = new Map([...spent.until].filter(([, ends]) => at < ends));
  until.set(id, end);
  const { doubtedUntil } = spent;
  return doubtedUntil === undefined || at >= doubtedUntil ? { until } : { until, doubtedUntil };
}

/** Where nobody knows any more what was spent: of a pass that was made out until now, each may have been. */
export const allDoubted = (at: WallTime, longestMs: Millis): SpentPasses => ({
  until: new Map(),
  doubtedUntil: wallTime(at + longestMs),
});
