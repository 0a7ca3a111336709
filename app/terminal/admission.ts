import { decide, type AccessDecision, type AccessRules, type DenialReason } from '#core/access/decide.ts';
import { decisionEntries, type Told } from '#core/access/decisionEntries.ts';
import { peopleOf } from '#core/access/situation.ts';
import type { Directory } from '#core/access/directory.ts';
import type { AccessRequest } from '#core/access/request.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Direction } from '#core/door/turnstile.ts';
import type { AlarmDesk } from './alarmDesk.ts';
import type { Barrier } from './barrier.ts';
import type { PassDesk } from './passDesk.ts';
import type { Recorder } from './recorder.ts';
import type { RuleKeeper } from './ruleKeeper.ts';

export interface AdmissionParts {
  readonly accessPoint: AccessPointId;
  readonly direction: Direction | undefined;
  readonly barrier: Barrier;
  readonly directory: Directory;
  readonly rules: RuleKeeper;
  readonly alarms: AlarmDesk;
  readonly passes: PassDesk;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

type Granted = Exclude<AccessDecision, { kind: 'denied' }>;

/** The one way in: a request is decided, recorded, and only then does the strike move. */
export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Never rejects: what cannot be recorded or carried out is denied. */
  async admit(asked: AccessRequest): Promise<AccessDecision> {
    const { accessPoint, barrier, direction, directory, rules: keeper, alarms, passes, recorder, clock } = this.#parts;
    const request: AccessRequest = { ...asked, factors: passes.stillGood(asked.factors) };
    const rules: AccessRules = {
      ...keeper.rulesAt(accessPoint),
      accessPoint,
      // A lock-down refuses nobody who leaves by the exit of a turnstile.
      doorMode: direction === 'exit' && barrier.mode === 'locked-down' ? 'normal' : barrier.mode,
      holder: (pseudonym) => directory.holder(pseudonym),
    };
    const decision = decide(request, rules, clock.wall());
    keeper.decided(accessPoint, decision, this.#opensFirst(decision));
    if (decision.duress === true) alarms.duress(accessPoint);
    const spent = usesUp(decision) ? passes.spend(request.factors) : undefined;
    if (decision.kind === 'denied') return this.#refused(decision, rules, request.intent);
    if (spent !== undefined && !(await spent)) return this.#calledOff(decision, 'not-verifiable', rules);
    const [grant, ...notes] = decisionEntries(decision, rules, request.intent);
    if (grant === undefined || !(await recorder.recordFirst(grant.event, decision.holder)))
      return this.#calledOff(decision, 'journal-unavailable', rules);
    this.#record(notes);
    const { duress: _told, ...undisturbed } = decision;
    try {
      if ((await barrier.grant(this.#parts.direction)) === 'unlocked') return decision;
      return this.#calledOff(undisturbed, 'locked-down', rules);
    } catch {
      // The controller of the barrier has reported why; the person is told that the gate has a fault.
      return this.#calledOff(undisturbed, 'strike-unreachable', rules);
    }
  }

  #opensFirst(decision: AccessDecision): boolean {
    if (decision.kind === 'denied') return false;
    const privileges = this.#parts.directory.holder(decision.holder)?.privileges;
    return privileges?.includes('opens-first') === true;
  }

  #calledOff(granted: Granted, reason: DenialReason, rules: AccessRules): AccessDecision {
    const { holder, duress } = granted;
    this.#parts.rules.calledOff(this.#parts.accessPoint, peopleOf(granted));
    return this.#refused({ kind: 'denied', reason, holder, ...(duress === true ? { duress } : {}) }, rules, true);
  }

  #refused(denial: AccessDecision, rules: AccessRules, intent: boolean): AccessDecision {
    this.#record(decisionEntries(denial, rules, intent));
    return denial;
  }

  #record(entries: readonly Told[]): void {
    for (const { event, subject } of entries) this.#parts.recorder.record(event, subject);
  }
}

/** A grant does, and so does coming first where two are needed: the second one's grant lets both through. */
const usesUp = (decision: AccessDecision): boolean =>
  decision.kind === 'granted' || decision.reason === 'second-person-needed';
