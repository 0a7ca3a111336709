import type { AntiPassbackRule, Reset } from '#core/access/antiPassback.ts';
import type { AccessDecision, AccessRules } from '#core/access/decide.ts';
import type { Directory } from '#core/access/directory.ts';
import { recallSpan, withRecalled } from '#core/access/recall.ts';
import { demandedAt, type Combination } from '#core/access/factorRule.ts';
import type { FirstPerson } from '#core/access/firstPerson.ts';
import type { PlaceRules, Rulebook } from '#core/access/rulebook.ts';
import {
  NOTHING_HAPPENED,
  onCalledOff,
  onDecision,
  onDoor,
  onFirstPerson,
  onOutcome,
  rulesIn,
  type Situation,
  type SituationStep,
} from '#core/access/situation.ts';
import { antiPassbackStep } from '#core/access/antiPassback.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { AccessPointId, DoorId, Pseudonym } from '#core/kernel/ids.ts';
import { after, wallTime, type Millis, type Monotonic, type WallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { JournalArchive } from '#core/ports/stores.ts';
import { recalledFromJournal } from './journalRecall.ts';
import type { Barrier, PassageTold } from './barrier.ts';
import type { Recorder } from './recorder.ts';
import { Timetable } from './timetable.ts';

export interface RuleKeeperParts {
  readonly book: Rulebook;
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly barriers: ReadonlyMap<DoorId, Barrier>;
  /** What says where people were before this start. */
  readonly journal: Pick<JournalArchive, 'search'>;
  readonly directory: Pick<Directory, 'holders'>;
  readonly health: Health;
  /** The first person came, or is awaited again. */
  readonly onFirstPerson: (door: DoorId) => void;
}

/**
 * The rules in force and what people and doors have done, for everybody who comes next. It lives in memory: after a
 * start whereabouts are read back from the journal, and the first person is awaited again.
 */
export class RuleKeeper {
  readonly #parts: RuleKeeperParts;
  readonly #wiring: Disposable[] = [];
  readonly #timetable: Timetable;
  #book: Rulebook;
  #situation: Situation = NOTHING_HAPPENED;
  /** Doors that no other holds for a while, on an operator's word. */
  readonly #bypassed = new Map<DoorId, Monotonic>();
  /** Whom to forget of what the journal says, while it is being read; nobody is refused by whereabouts until then. */
  #forgotten: Reset[] | undefined;

  constructor(parts: RuleKeeperParts) {
    this.#parts = parts;
    this.#book = parts.book;
    this.#timetable = new Timetable(
      parts.clock,
      (at) => earliest([...this.#book.places].map(({ firstPerson }) => firstPerson?.nextChange(at))),
      () => this.#lookAtSchedules(),
    );
  }

  start(): void {
    for (const barrier of this.#parts.barriers.values()) {
      this.#wiring.push(
        barrier.onPassage((told) => this.#onPassage(barrier.id, told)),
        barrier.onChange(() => this.#onDoor(barrier)),
      );
      this.#onDoor(barrier);
    }
    this.#lookAtSchedules();
    this.#timetable.arm();
    void this.#recall();
  }

  stop(): void {
    this.#forgotten = undefined;
    this.#timetable[Symbol.dispose]();
    for (const wire of this.#wiring.splice(0)) wire[Symbol.dispose]();
  }

  get book(): Rulebook {
    return this.#book;
  }

  placeAt(accessPoint: AccessPointId): PlaceRules {
    return this.#book.at(accessPoint);
  }

  combinationsAt(accessPoint: AccessPointId): readonly Combination[] {
    return demandedAt(this.#book.at(accessPoint).factors, this.#parts.clock.wall());
  }

  /** What `decide` looks at, now. */
  rulesAt(accessPoint: AccessPointId): Omit<AccessRules, 'accessPoint' | 'doorMode' | 'holder'> {
    const now = this.#parts.clock.monotonic();
    const { setting, levels } = this.#book.at(accessPoint);
    const { interlock, antiPassback, ...others } = rulesIn(this.#situation, setting, now);
    const until = this.#bypassed.get(setting.door);
    const bypassed = until !== undefined && now < until;
    return {
      ...others,
      ...(antiPassback === undefined
        ? {}
        : { antiPassback: { ...antiPassback, rule: this.#inForce(antiPassback.rule) } }),
      ...(interlock === undefined || bypassed ? {} : { interlock }),
      levels,
      combinations: this.combinationsAt(accessPoint),
    };
  }

  /** To be called in the turn in which the decision fell. */
  decided(accessPoint: AccessPointId, decision: AccessDecision, opensFirst: boolean): void {
    const { setting } = this.#book.at(accessPoint);
    const at = this.#parts.clock.monotonic();
    this.#take(onDecision(this.#situation, setting, { decision, opensFirst, at }));
  }

  /** What was granted to these people is not carried out. */
  calledOff(accessPoint: AccessPointId, people: readonly Pseudonym[]): void {
    this.#situation = onCalledOff(this.#situation, this.#book.at(accessPoint).setting, people);
  }

  resetAntiPassback(whose: Reset): void {
    const antiPassback = antiPassbackStep(this.#situation.antiPassback, { kind: 'reset', whose });
    this.#situation = { ...this.#situation, antiPassback };
    this.#forgotten?.push(whose);
    const holder = whose.kind === 'holder' ? whose.holder : undefined;
    this.#parts.recorder.record({ kind: 'passback-reset', whose: whose.kind }, holder);
  }

  /** This person's next passage is not held against them. */
  excuse(holder: Pseudonym): void {
    const antiPassback = antiPassbackStep(this.#situation.antiPassback, { kind: 'excuse', holder });
    this.#situation = { ...this.#situation, antiPassback };
    this.#parts.recorder.record({ kind: 'passback-reset', whose: 'excused' }, holder);
  }

  /** Nothing is kept of people whose records are gone. */
  forget(people: readonly Pseudonym[]): void {
    let { antiPassback } = this.#situation;
    for (const holder of people) {
      const whose = { kind: 'holder', holder } as const;
      antiPassback = antiPassbackStep(antiPassback, { kind: 'reset', whose });
      this.#forgotten?.push(whose);
    }
    this.#situation = { ...this.#situation, antiPassback };
  }

  /** For so long no other door of its interlock holds this one. */
  bypassInterlock(door: DoorId, forMs: Millis): void {
    this.#bypassed.set(door, after(this.#parts.clock.monotonic(), forMs));
  }

  awaitFirstPersonAgain(accessPoint: AccessPointId): void {
    this.#take(onFirstPerson(this.#situation, accessPoint, { kind: 'reset' }));
  }

  /** `awaited` where any access point of this door awaits its first person. */
  firstPersonOf(door: DoorId): FirstPerson['kind'] {
    const kinds = [...this.#book.places]
      .filter(({ setting }) => setting.door === door)
      .map(({ setting }) => this.#situation.firstPerson.get(setting.accessPoint)?.kind ?? 'not-in-force');
    return kinds.includes('awaited') ? 'awaited' : kinds.includes('came') ? 'came' : 'not-in-force';
  }

  /** Other rules from now on. What has happened stays, as far as they ask for it. */
  adopt(book: Rulebook): void {
    this.#book = book;
    const places = new Set([...book.places].map(({ setting }) => setting.accessPoint));
    const ruled = [...this.#situation.firstPerson].filter(
      ([id]) => places.has(id) && book.at(id).firstPerson !== undefined,
    );
    this.#situation = { ...this.#situation, interlocks: new Map(), firstPerson: new Map(ruled) };
    for (const barrier of this.#parts.barriers.values()) this.#seeDoor(barrier);
    this.#lookAtSchedules();
    this.#timetable.arm();
    for (const door of this.#parts.barriers.keys()) this.#parts.onFirstPerson(door);
  }

  /** What the journal does not say yet is held against nobody. */
  #inForce(rule: AntiPassbackRule): AntiPassbackRule {
    return this.#forgotten === undefined ? rule : { kind: 'soft', crossing: rule.crossing };
  }

  async #recall(): Promise<void> {
    const { journal, directory, clock, health } = this.#parts;
    const settings = Array.from(this.#book.places, ({ setting }) => setting);
    const span = recallSpan(settings.map(({ antiPassback }) => antiPassback));
    if (span === undefined) return;
    const forgotten: Reset[] = [];
    this.#forgotten = forgotten;
    const goesOn = (): boolean => this.#forgotten === forgotten;
    try {
      const people = Array.from(directory.holders(), ({ pseudonym }) => pseudonym);
      let recalled = await recalledFromJournal({ journal, people, settings, span, clock, goesOn });
      if (!goesOn()) return;
      for (const whose of forgotten) recalled = antiPassbackStep(recalled, { kind: 'reset', whose });
      const antiPassback = withRecalled(this.#situation.antiPassback, recalled);
      this.#situation = { ...this.#situation, antiPassback };
      health.report({ part: 'whereabouts', level: 'ok', says: 'as the journal has them from before this start' });
    } catch (error) {
      const says = `nobody's are known from before this start: ${messageOf(error)}`;
      health.report({ part: 'whereabouts', level: 'warning', says });
    }
    if (goesOn()) this.#forgotten = undefined;
  }

  #lookAtSchedules(): void {
    const at = this.#parts.clock.wall();
    for (const { setting, firstPerson } of this.#book.places) {
      if (firstPerson === undefined) continue;
      this.#take(
        onFirstPerson(this.#situation, setting.accessPoint, { kind: 'schedule', open: firstPerson.isOpen(at) }),
      );
    }
  }

  /** A door's leaf opens for all of its access points; a turnstile turns for one of its ways. */
  #onPassage(door: DoorId, { kind, direction }: PassageTold): void {
    if (kind === 'forced') return;
    const at = this.#parts.clock.monotonic();
    for (const { setting } of this.#book.places) {
      if (setting.door !== door || setting.direction !== direction || !setting.showsPassage) continue;
      this.#take(onOutcome(this.#situation, setting, kind === 'taken' ? { taken: true, at } : { taken: false }));
    }
  }

  #onDoor(barrier: Barrier): void {
    const records = this.#seeDoor(barrier);
    for (const event of records) this.#parts.recorder.record(event);
  }

  #seeDoor({ id, state }: Barrier): SituationStep[1] {
    const place = [...this.#book.places].find(({ setting }) => setting.door === id && setting.interlock !== undefined);
    if (state === undefined || place === undefined) return [];
    const [situation, records] = onDoor(this.#situation, place.setting, state);
    this.#situation = situation;
    return records;
  }

  #take([situation, records]: SituationStep): void {
    const before = this.#situation;
    this.#situation = situation;
    for (const event of records) this.#parts.recorder.record(event);
    if (before.firstPerson === situation.firstPerson) return;
    for (const door of this.#parts.barriers.keys()) this.#parts.onFirstPerson(door);
  }
}

export function earliest(moments: readonly (WallTime | undefined)[]): WallTime | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : wallTime(Math.min(...known));
}
