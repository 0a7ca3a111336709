import type { DoorMode } from '../door/door.ts';
import { isHeldByOther, type Interlock } from '../door/interlock.ts';
import type { AccessPointId, DoorId, Pseudonym } from '../kernel/ids.ts';
import type { Monotonic, WallTime } from '../kernel/units.ts';
import { isPassedBack, type AntiPassback, type AntiPassbackRule } from './antiPassback.ts';
import type { Cardholder, Validity } from './credential.ts';
import { isEnough, type Combination } from './factorRule.ts';
import type { FirstPerson } from './firstPerson.ts';
import type { LevelsHere } from './levels.ts';
import type { AccessRequest, Established, Factor, FactorFailure, FactorResult } from './request.ts';
import { companionOf, type TwoPerson } from './twoPerson.ts';

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
  /** A level of the holder leads here, or a rule lets people in here, and not at this moment. */
  | 'outside-schedule'
  | 'more-factors-needed'
  /** Whoever opens the place has not come yet. */
  | 'first-person-awaited'
  | 'passed-back'
  /** Another door of the same interlock is open. */
  | 'interlocked'
  /** Everything is right, and a second person is awaited. */
  | 'second-person-needed'
  /** The entry could not be written in time: nobody enters unrecorded. */
  | 'journal-unavailable'
  /** The strike could not be reached. */
  | 'strike-unreachable';

export type AccessDecision =
  | {
      readonly kind: 'granted';
      readonly holder: Pseudonym;
      readonly factors: readonly Factor[];
      /** Silent alarm: it opens as always, and nothing at the door says so. */
      readonly duress?: true;
      /** Against a rule that records and does not refuse. */
      readonly passedBack?: true;
      /** The other one of two. */
      readonly companion?: Pseudonym;
    }
  | {
      readonly kind: 'denied';
      readonly reason: DenialReason;
      readonly holder?: Pseudonym;
      readonly duress?: true;
    };

/** What is in force at one access point at the moment of a decision. Whatever is absent is not in use there. */
export interface AccessRules {
  readonly accessPoint: AccessPointId;
  readonly doorMode: DoorMode;
  holder(pseudonym: Pseudonym): Cardholder | undefined;
  readonly levels?: LevelsHere;
  /** Of which one is demanded now: see `demandedAt`. */
  readonly combinations?: readonly Combination[];
  readonly firstPerson?: FirstPerson;
  readonly antiPassback?: { readonly state: AntiPassback; readonly rule: AntiPassbackRule; readonly now: Monotonic };
  readonly interlock?: { readonly state: Interlock; readonly door: DoorId; readonly now: Monotonic };
  readonly twoPerson?: { readonly state: TwoPerson; readonly now: Monotonic };
}

/** The only maker of 'granted'. Deny is the default: every line but the last refuses. */
export function decide(request: AccessRequest, rules: AccessRules, at: WallTime): AccessDecision {
  const claim = establishedHolder(request.factors);
  const duress = request.factors.some(isUnderDuress) ? ({ duress: true } as const) : {};
  if (claim.kind === 'failed') return { kind: 'denied', reason: claim.reason, ...duress };
  const holder = rules.holder(claim.holder);
  if (holder === undefined) return { kind: 'denied', reason: 'unknown-holder', ...duress };
  const factors = request.factors.map(({ factor }) => factor);
  const refusal =
    refusalOfPerson(holder, request.factors, at) ??
    refusalOfPlace(holder, request, rules) ??
    refusalOfRules(holder, { factors, rules, at }) ??
    refusalOfOthers(holder, rules);
  if (refusal !== undefined) return { kind: 'denied', reason: refusal, holder: holder.pseudonym, ...duress };
  const notes = { ...duress, ...passageNotes(holder, rules) };
  return { kind: 'granted', holder: holder.pseudonym, factors, ...notes };
}

const isUnderDuress = (result: FactorResult): boolean => result.kind === 'established' && result.duress === true;

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

function refusalOfPerson(holder: Cardholder, factors: readonly FactorResult[], at: WallTime): DenialReason | undefined {
  if (holder.state !== 'active') return 'holder-suspended';
  const ofFactors = factors.filter((result): result is Established => result.kind === 'established');
  for (const validity of [holder.validity, ...ofFactors.map((result) => result.validity)]) {
    const outside = validity === undefined ? undefined : outsideOf(validity, at);
    if (outside !== undefined) return outside;
  }
  return undefined;
}

function outsideOf(validity: Validity, at: WallTime): DenialReason | undefined {
  // Written as "not within" so that a broken date denies.
  if (!(at >= validity.from)) return 'not-yet-valid';
  return at < validity.until ? undefined : 'expired';
}

function refusalOfPlace(holder: Cardholder, request: AccessRequest, rules: AccessRules): DenialReason | undefined {
  if (request.accessPoint !== rules.accessPoint) return 'no-access-here';
  if (holder.accessPoints !== 'all' && !holder.accessPoints.includes(rules.accessPoint)) return 'no-access-here';
  return rules.doorMode === 'locked-down' ? 'locked-down' : undefined;
}

function refusalOfRules(
  holder: Cardholder,
  { factors, rules, at }: { factors: readonly Factor[]; rules: AccessRules; at: WallTime },
): DenialReason | undefined {
  if (holder.levels !== undefined) {
    const verdict = rules.levels?.verdict(holder.levels, at) ?? 'elsewhere';
    if (verdict !== 'open') return verdict === 'shut' ? 'outside-schedule' : 'no-access-here';
  }
  const { combinations } = rules;
  if (combinations === undefined) return undefined;
  if (combinations.length === 0) return 'outside-schedule';
  return isEnough(factors, combinations) ? undefined : 'more-factors-needed';
}

/** What others did or did not do. The second person is asked for last: a first one waits only where all else is right. */
function refusalOfOthers(holder: Cardholder, rules: AccessRules): DenialReason | undefined {
  const { firstPerson, antiPassback, interlock, twoPerson } = rules;
  if (firstPerson?.kind === 'awaited' && !may(holder, 'opens-first')) return 'first-person-awaited';
  if (antiPassback !== undefined && antiPassback.rule.kind !== 'soft' && passesBack(holder, rules))
    return 'passed-back';
  if (interlock !== undefined && isHeldByOther(interlock.state, interlock.door, interlock.now)) return 'interlocked';
  return twoPerson !== undefined && companion(holder, rules) === undefined ? 'second-person-needed' : undefined;
}

function passageNotes(holder: Cardholder, rules: AccessRules): { passedBack?: true; companion?: Pseudonym } {
  const other = companion(holder, rules);
  return {
    ...(passesBack(holder, rules) ? { passedBack: true } : {}),
    ...(other === undefined ? {} : { companion: other }),
  };
}

function passesBack(holder: Cardholder, { antiPassback }: AccessRules): boolean {
  if (antiPassback === undefined || may(holder, 'free-of-anti-passback')) return false;
  const { state, rule, now } = antiPassback;
  return isPassedBack(state, rule, { holder: holder.pseudonym, at: now });
}

const companion = ({ pseudonym }: Cardholder, { twoPerson }: AccessRules): Pseudonym | undefined =>
  twoPerson === undefined ? undefined : companionOf(twoPerson.state, { holder: pseudonym, at: twoPerson.now });

const may = ({ privileges }: Cardholder, privilege: NonNullable<Cardholder['privileges']>[number]): boolean =>
  privileges?.includes(privilege) === true;
