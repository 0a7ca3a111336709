import { decide, type AccessDecision, type AccessRules } from '#core/access/decide.ts';
import { decisionEntries, type Told } from '#core/access/decisionEntries.ts';
import type { Directory } from '#core/access/directory.ts';
import type { AccessRequest } from '#core/access/request.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DoorController } from './doorController.ts';
import type { Recorder } from './recorder.ts';

/** The one way in: a request is decided, recorded, and only then does the strike move. */
export class Admission {
  readonly #accessPoint: AccessPointId;
  readonly #door: DoorController;
  readonly #directory: Directory;
  readonly #recorder: Recorder;
  readonly #clock: Clock;

  constructor(parts: {
    accessPoint: AccessPointId;
    door: DoorController;
    directory: Directory;
    recorder: Recorder;
    clock: Clock;
  }) {
    this.#accessPoint = parts.accessPoint;
    this.#door = parts.door;
    this.#directory = parts.directory;
    this.#recorder = parts.recorder;
    this.#clock = parts.clock;
  }

  /** Never rejects: what cannot be recorded or carried out is denied. */
  async admit(request: AccessRequest): Promise<AccessDecision> {
    const rules: AccessRules = {
      accessPoint: this.#accessPoint,
      doorMode: this.#door.mode,
      holder: (pseudonym: Parameters<Directory['holder']>[0]) => this.#directory.holder(pseudonym),
    };
    const decision = decide(request, rules, this.#clock.wall());
    const refused = (denial: AccessDecision): AccessDecision => this.#refused(denial, rules, request.intent);
    if (decision.kind === 'denied') return refused(decision);
    const { holder, duress } = decision;
    const [grant, ...notes] = decisionEntries(decision, rules, request.intent);
    if (grant === undefined || !(await this.#recorder.recordFirst(grant.event, holder))) {
      return refused({ kind: 'denied', reason: 'journal-unavailable', holder, ...(duress === true ? { duress } : {}) });
    }
    this.#record(notes);
    try {
      if ((await this.#door.grant()) === 'unlocked') return decision;
      return refused({ kind: 'denied', reason: 'locked-down', holder });
    } catch {
      // The door controller has reported why; the person is told that the gate has a fault.
      return refused({ kind: 'denied', reason: 'strike-unreachable', holder });
    }
  }

  #refused(denial: AccessDecision, rules: AccessRules, intent: boolean): AccessDecision {
    this.#record(decisionEntries(denial, rules, intent));
    return denial;
  }

  #record(entries: readonly Told[]): void {
    for (const { event, subject } of entries) this.#recorder.record(event, subject);
  }
}
