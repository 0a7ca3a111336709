import type { PassId, Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';
import type { Validity } from './credential.ts';
import type { FactorResult } from './request.ts';

/** A QR pass whose signature has been found right. It names nobody: whose pseudonym it is, the gate alone knows. */
export interface Pass {
  readonly id: PassId;
  readonly pseudonym: Pseudonym;
  readonly validity: Validity;
  readonly uses: 'once' | 'while-valid';
}

/** Passes good for one passage that are spent, until they would have ended anyway. */
export interface SpentPasses {
  readonly until: ReadonlyMap<PassId, WallTime>;
}

export const NO_PASS_SPENT: SpentPasses = { until: new Map() };

/** Beyond this many no pass for one passage is taken any more: rather too few come in than one comes in twice. */
export const PASSES_SPENT_MAX = 10_000;

/** Whose pass it is, or why it is nobody's. Its validity is for `decide` to look at. */
export function passFactor(pass: Pass, spent: SpentPasses): FactorResult {
  const { pseudonym: holder, validity } = pass;
  if (pass.uses === 'once') {
    if (spent.until.has(pass.id)) return { factor: 'pass', kind: 'failed', reason: 'pass-spent' };
    if (spent.until.size >= PASSES_SPENT_MAX) return { factor: 'pass', kind: 'failed', reason: 'not-verifiable' };
  }
  return { factor: 'pass', kind: 'established', holder, validity };
}

/** To be called before the strike moves, as the entry is written: a pass is spent by a grant, taken or not. */
export function spendPass(spent: SpentPasses, { id, uses, validity }: Pass, at: WallTime): SpentPasses {
  const until = new Map([...spent.until].filter(([, end]) => at < end));
  if (uses === 'once') until.set(id, validity.until);
  return { until };
}
