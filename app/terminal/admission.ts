import { decide, type AccessDecision } from '#core/access/decide.ts';
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
    const rules = {
      accessPoint: this.#accessPoint,
      doorMode: this.#door.mode,
      holder: (pseudonym: Parameters<Directory['holder']>[0]) => this.#directory.holder(pseudonym),
    };
    const decision = decide(request, rules, this.#clock.wall());
    if (decision.kind === 'denied') {
      this.#recordDenial(request, decision);
      return decision;
    }
    const { holder, factors } = decision;
    const event = { kind: 'access-granted', accessPoint: this.#accessPoint, factors } as const;
    if (!(await this.#recorder.recordFirst(event, holder))) {
      return this.#refused(request, { kind: 'denied', reason: 'journal-unavailable', holder });
    }
    try {
      if ((await this.#door.grant()) === 'unlocked') return decision;
      return this.#refused(request, { kind: 'denied', reason: 'locked-down', holder });
    } catch {
      // The door controller has reported why; the person is told that the gate has a fault.
      return this.#refused(request, { kind: 'denied', reason: 'strike-unreachable', holder });
    }
  }

  #refused(request: AccessRequest, denial: Extract<AccessDecision, { kind: 'denied' }>): AccessDecision {
    this.#recordDenial(request, denial);
    return denial;
  }

  /** A face that matches nobody and showed no intent leaves no entry; with intent only place, time and reason. */
  #recordDenial(request: AccessRequest, denial: Extract<AccessDecision, { kind: 'denied' }>): void {
    if (denial.holder === undefined && !request.intent) return;
    const event = { kind: 'access-denied', accessPoint: this.#accessPoint, reason: denial.reason } as const;
    this.#recorder.record(event, denial.holder);
  }
}
