import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { antiPassbackStep } from '#core/access/antiPassback.ts';
import { decide, type AccessDecision } from '#core/access/decide.ts';
import type { Factor } from '#core/access/request.ts';
import {
  NOTHING_HAPPENED,
  onCalledOff,
  onDecision,
  onDoor,
  onFirstPerson,
  onOutcome,
  rulesIn,
  type Setting,
} from '#core/access/situation.ts';
import { alarmStep, isCauseOf, QUIET, type Alarm } from '#core/door/alarm.ts';
import type { Contact, DoorMode } from '#core/door/door.ts';
import { modeAtStart, modeStep, type ModeInput, type ModeKeeper, type ModePlan } from '#core/door/modePlan.ts';
import type { AreaId, DoorId } from '#core/kernel/ids.ts';
import { millis, wallTime, type WallTime } from '#core/kernel/units.ts';
import { accessPoint, holder, pseudonym } from '../people.ts';
import { DoorWorld, recordsOf } from './doorWorld.ts';

const OUTER = 'outer' as DoorId;
const INNER = 'inner' as DoorId;
const PLAN: ModePlan = {
  holdOpen: { isOpen: (at) => at % 100_000 < 40_000, nextChange: () => undefined },
  lockDown: { isOpen: (at) => at % 70_000 < 20_000, nextChange: () => undefined },
};
const STREET = 'street' as AreaId;
const LOCK = 'lock' as AreaId;
const HALL = 'hall' as AreaId;
const SETTINGS = new Map<DoorId, Setting>([
  [
    OUTER,
    {
      accessPoint: accessPoint(OUTER),
      door: OUTER,
      showsPassage: true,
      interlock: 'air lock',
      antiPassback: { kind: 'hard', crossing: { from: STREET, to: LOCK } },
    },
  ],
  [
    INNER,
    {
      accessPoint: accessPoint(INNER),
      door: INNER,
      showsPassage: true,
      interlock: 'air lock',
      antiPassback: { kind: 'timed', crossing: { from: LOCK, to: HALL }, againAfterMs: millis(30_000) },
      twoPersonWithinMs: millis(10_000),
    },
  ],
]);
const PEOPLE = ['anna', 'bo', 'chen'] as const;

type Act =
  | { readonly kind: 'ask'; readonly who: (typeof PEOPLE)[number]; readonly factors: readonly Factor[] }
  | { readonly kind: 'rex' | 'strike-lost' | 'acknowledge' | 'time' }
  | { readonly kind: 'fire'; readonly active: boolean }
  | { readonly kind: 'order'; readonly mode: DoorMode }
  | { readonly kind: 'revoke' | 'excuse' | 'first-person-over' }
  | { readonly kind: 'contact'; readonly contact: Contact };

/** An air lock of two doors with every rule there is, put together as a gate does it. */
class AirLock {
  readonly doors = new Map([OUTER, INNER].map((id) => [id, new DoorWorld({})]));
  readonly decisions: AccessDecision[] = [];
  readonly #keepers = new Map<DoorId, ModeKeeper>();
  readonly #alarms = new Map<DoorId, Alarm>();
  readonly #told = new Map<DoorId, number>();
  #situation = NOTHING_HAPPENED;

  constructor() {
    for (const id of this.doors.keys()) {
      this.#keepers.set(id, modeAtStart(PLAN, { firstPerson: 'awaited', at: this.#wall })[0]);
      [this.#situation] = onFirstPerson(this.#situation, accessPoint(id), { kind: 'schedule', open: true });
    }
  }

  advance(ms: number): void {
    for (const [id, door] of this.doors) {
      door.advance(ms);
      this.#afterDoor(id);
    }
    for (const id of this.doors.keys()) this.#mode(id, { kind: 'time', at: this.#wall });
  }

  happen(at: DoorId, act: Act): void {
    const door = this.doors.get(at)!;
    switch (act.kind) {
      case 'ask':
        this.#ask(at, act.who, act.factors);
        break;
      case 'strike-lost':
        this.#situation = onCalledOff(this.#situation, SETTINGS.get(at)!, PEOPLE.map(pseudonym));
        door.happen({ kind: 'strike-lost' });
        break;
      case 'rex':
      case 'time':
        door.happen({ kind: act.kind });
        break;
      case 'fire':
        for (const one of this.doors.values()) one.happen(act);
        break;
      case 'contact':
        door.happen(act);
        break;
      case 'order':
        this.#mode(at, { kind: 'ordered', order: { mode: act.mode, until: 'revoked' }, at: this.#wall });
        break;
      case 'revoke':
        this.#mode(at, { kind: 'revoked', at: this.#wall });
        break;
      case 'first-person-over':
        [this.#situation] = onFirstPerson(this.#situation, accessPoint(at), { kind: 'reset' });
        break;
      case 'excuse': {
        const excuse = { kind: 'excuse', holder: pseudonym('anna') } as const;
        const { antiPassback } = this.#situation;
        this.#situation = { ...this.#situation, antiPassback: antiPassbackStep(antiPassback, excuse) };
        break;
      }
      case 'acknowledge':
        this.#alarms.set(at, alarmStep(this.#alarms.get(at) ?? QUIET, { kind: 'acknowledged' }, 'forced-open')[0]);
    }
    for (const id of this.doors.keys()) this.#afterDoor(id);
  }

  #ask(at: DoorId, who: (typeof PEOPLE)[number], factors: readonly Factor[]): void {
    const door = this.doors.get(at)!;
    const setting = SETTINGS.get(at)!;
    const opensFirst = who === 'anna';
    const decision = decide(
      {
        accessPoint: setting.accessPoint,
        intent: true,
        factors: factors.map((factor) => ({ factor, kind: 'established', holder: pseudonym(who) })),
      },
      {
        accessPoint: setting.accessPoint,
        doorMode: door.door.demand.mode,
        holder: (sought) =>
          sought === who ? holder(who, opensFirst ? { privileges: ['opens-first'] } : {}) : undefined,
        combinations: ['card', 'face-and-pin'],
        ...rulesIn(this.#situation, setting, door.now),
      },
      this.#wall,
    );
    this.decisions.push(decision);
    [this.#situation] = onDecision(this.#situation, setting, { decision, opensFirst, at: door.now });
    if (decision.kind !== 'denied') door.happen({ kind: 'granted' });
  }

  #mode(at: DoorId, input: ModeInput): void {
    const [keeper, effects] = modeStep(this.#keepers.get(at)!, input, PLAN);
    this.#keepers.set(at, keeper);
    for (const { mode } of effects) this.doors.get(at)!.happen({ kind: 'mode', mode });
  }

  /** What a gate does after every step of a door, without touching what the step has driven. */
  #afterDoor(id: DoorId): void {
    const door = this.doors.get(id)!;
    const setting = SETTINGS.get(id)!;
    const { state } = door.door;
    [this.#situation] = onDoor(this.#situation, setting, state);
    for (const record of door.records.slice(this.#told.get(id) ?? 0)) {
      if (record === 'access-taken') {
        [this.#situation] = onOutcome(this.#situation, setting, { taken: true, at: door.now });
      }
      if (record === 'access-not-taken') [this.#situation] = onOutcome(this.#situation, setting, { taken: false });
    }
    this.#told.set(id, door.records.length);
    const active = isCauseOf(state, 'forced-open');
    const [alarm] = alarmStep(this.#alarms.get(id) ?? QUIET, { kind: 'cause', active, at: door.now }, 'forced-open');
    this.#alarms.set(id, alarm);
  }

  get #wall(): WallTime {
    return wallTime(this.doors.get(OUTER)!.now);
  }
}

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      who: fc.constantFrom(...PEOPLE),
      factors: fc.constantFrom<readonly Factor[]>(['card'], ['face', 'pin'], ['face']),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('contact' as const),
      contact: fc.constantFrom<Contact>('open', 'closed'),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Act>({ kind: 'rex' }) },
  fc.record({ kind: fc.constant('fire' as const), active: fc.boolean() }),
  fc.record({
    kind: fc.constant('order' as const),
    mode: fc.constantFrom<DoorMode>('normal', 'unlocked', 'locked-down', 'locked-down'),
  }),
  fc.record({
    kind: fc.constantFrom(
      'revoke' as const,
      'excuse' as const,
      'first-person-over' as const,
      'strike-lost' as const,
      'acknowledge' as const,
    ),
  }),
);
const histories = fc.array(
  fc.record({
    wait: fc.oneof(fc.constantFrom(0, 0, 1, 1_000, 5_000), fc.nat(30_000)),
    at: fc.constantFrom(OUTER, INNER),
    act: acts,
  }),
  { maxLength: 60, size: 'max' },
);

describe('leaving is free, whatever anti-passback, interlock, two persons, first person, modes and alarms say', () => {
  it('the exit button unlocks its door first of all, at once and for its whole time', () => {
    let heldOtherwise = 0;
    fc.assert(
      fc.property(histories, (history) => {
        const lock = new AirLock();
        for (const { wait, at, act } of history) {
          lock.advance(wait);
          lock.happen(at, act);
          if (act.kind !== 'rex') continue;
          const door = lock.doors.get(at)!;
          expect(door.lastEffects[0]?.kind).toBe('unlock');
          expect(recordsOf(door.lastEffects)).toContain('egress');
          expect(door.position).toBe('unlocked');
          if (door.door.demand.mode === 'locked-down') heldOtherwise++;
        }
      }),
      { numRuns: 500 },
    );
    expect(heldOtherwise, 'the property saw exits in a lock-down').toBeGreaterThan(30);
  });

  it('the exit button is not undone by any rule or order before its time, until the leaf opens', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const lock = new AirLock();
        const leavingUntil = new Map<DoorId, number>();
        for (const { wait, at, act } of history) {
          lock.advance(wait);
          lock.happen(at, act);
          if (act.kind === 'contact' && act.contact === 'open') leavingUntil.delete(at);
          const door = lock.doors.get(at)!;
          if (act.kind === 'rex') leavingUntil.set(at, door.now + door.timings.releaseMs);
          for (const [id, until] of leavingUntil) {
            const leaving = lock.doors.get(id)!;
            if (leaving.now < until) expect(leaving.position).toBe('unlocked');
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('fire unlocks every door first of all, and keeps it so', () => {
    let fires = 0;
    fc.assert(
      fc.property(histories, (history) => {
        const lock = new AirLock();
        let fire = false;
        for (const { wait, at, act } of history) {
          lock.advance(wait);
          lock.happen(at, act);
          if (act.kind === 'fire') {
            fire = act.active;
            if (fire) fires++;
            for (const door of lock.doors.values()) {
              if (fire) expect(door.lastEffects[0]).toEqual({ kind: 'unlock', forMs: 'until-driven' });
            }
          }
          if (fire) for (const door of lock.doors.values()) expect(door.position).toBe('unlocked');
        }
      }),
      { numRuns: 500 },
    );
    expect(fires).toBeGreaterThan(100);
  });

  it('while the rules do hold entry back, each for its own reason', () => {
    const reasons = new Set<string>();
    fc.assert(
      fc.property(histories, (history) => {
        const lock = new AirLock();
        for (const { wait, at, act } of history) {
          lock.advance(wait);
          lock.happen(at, act);
        }
        for (const decision of lock.decisions) reasons.add(decision.kind === 'denied' ? decision.reason : 'granted');
      }),
      { numRuns: 500 },
    );
    expect([...reasons].toSorted()).toEqual([
      'first-person-awaited',
      'granted',
      'interlocked',
      'locked-down',
      'more-factors-needed',
      'passed-back',
      'second-person-needed',
    ]);
  });
});
