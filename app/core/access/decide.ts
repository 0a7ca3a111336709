import type { DoorMode } from '../door/door.ts';
import type { AccessPointId, Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';
import type { Cardholder, Validity } from './credential.ts';
import type { AccessRequest, Factor, FactorFailure, FactorResult } from './request.ts';

export type DenialReason =
  | FactorFailure
  | 'nothing-presented'
  | 'holders-differ'
  | 'unknown-holder'
  | 'holder-suspended'
  | 'not-yet-valid'
  | 'expired'
  | 'no-access-here'
  | 'locked-down'
  /** The entry could not be written in time: nobody enters unrecorded. */
  | 'journal-unavailable'
  /** The strike could not be reached. */
  | 'strike-unreachable';

export type AccessDecision =
  | { readonly kind: 'granted'; readonly holder: Pseudonym; readonly factors: readonly Factor[] }
  | { readonly kind: 'denied'; readonly reason: DenialReason; readonly holder?: Pseudonym };

/** What is in force at one access point at the moment of a decision. */
export interface AccessRules {
  readonly accessPoint: AccessPointId;
  readonly doorMode: DoorMode;
  holder(pseudonym: Pseudonym): Cardholder | undefined;
}

/** The only maker of 'granted'. Deny is the default: every line but the last refuses. */
export function decide(request: AccessRequest, rules: AccessRules, at: WallTime): AccessDecision {
  const claim = establishedHolder(request.factors);
  if (claim.kind === 'failed') return { kind: 'denied', reason: claim.reason };
  const holder = rules.holder(claim.holder);
  if (holder === undefined) return { kind: 'denied', reason: 'unknown-holder' };
  const refusal = refusalFor(holder, request, rules, at);
  if (refusal !== undefined) return { kind: 'denied', reason: refusal, holder: holder.pseudonym };
  return { kind: 'granted', holder: holder.pseudonym, factors: request.factors.map(({ factor }) => factor) };
}

function establishedHolder(
  factors: readonly FactorResult[],
): { kind: 'established'; holder: Pseudonym } | { kind: 'failed'; reason: DenialReason } {
  let holder: Pseudonym | undefined;
  for (const result of factors) {
    if (result.kind === 'failed') return { kind: 'failed', reason: result.reason };
    if (holder !== undefined && holder !== result.holder) return { kind: 'failed', reason: 'holders-differ' };
    holder = result.holder;
  }
  return holder === undefined ? { kind: 'failed', reason: 'nothing-presented' } : { kind: 'established', holder };
}

function refusalFor(
  holder: Cardholder,
  request: AccessRequest,
  rules: AccessRules,
  at: WallTime,
): DenialReason | undefined {
  if (holder.state !== 'active') return 'holder-suspended';
  const validities = [holder.validity];
  for (const result of request.factors) {
    if (result.kind === 'established' && result.validity !== undefined) validities.push(result.validity);
  }
  for (const validity of validities) {
    const outside = outsideOf(validity, at);
    if (outside !== undefined) return outside;
  }
  if (request.accessPoint !== rules.accessPoint) return 'no-access-here';
  if (holder.accessPoints !== 'all' && !holder.accessPoints.includes(rules.accessPoint)) return 'no-access-here';
  return rules.doorMode === 'locked-down' ? 'locked-down' : undefined;
}

function outsideOf(validity: Validity, at: WallTime): DenialReason | undefined {
  // Written as "not within" so that a broken date denies.
  if (!(at >= validity.from)) return 'not-yet-valid';
  return at < validity.until ? undefined : 'expired';
}
