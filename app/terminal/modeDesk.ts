import type { Rulebook } from '#core/access/rulebook.ts';
import type { FirstPerson } from '#core/access/firstPerson.ts';
import type { DoorMode } from '#core/door/door.ts';
import {
  modeAtStart,
  modeDeadline,
  modeStep,
  type ModeInput,
  type ModeKeeper,
  type ModeOrder,
  type ModePlan,
  type ModeSource,
} from '#core/door/modePlan.ts';
import { assert } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DoorModeStore } from '#core/ports/stores.ts';
import type { Barrier } from './barrier.ts';
import type { Recorder } from './recorder.ts';
import { earliest } from './ruleKeeper.ts';
import { Timetable } from './timetable.ts';

export interface ModeDeskParts {
  readonly book: Rulebook;
  readonly doors: Iterable<DoorId>;
  readonly store: DoorModeStore;
  readonly clock: Clock;
  readonly recorder: Recorder;
}

/** As operators are shown it. */
export interface ModeShown {
  readonly door: DoorId;
  readonly mode: DoorMode;
  readonly by: ModeSource;
  readonly until?: WallTime;
}

/**
 * Which mode each door is in, and on whose word. What stands until it is revoked outlives a restart; a lock-down for a
 * time stays until somebody revokes it then, and every other order for a time is over.
 */
export class ModeDesk {
  readonly #parts: ModeDeskParts;
  readonly #keepers = new Map<DoorId, ModeKeeper>();
  readonly #timetable: Timetable;
  #barriers: ReadonlyMap<DoorId, Barrier> = new Map();
  #book: Rulebook;

  constructor(parts: ModeDeskParts) {
    this.#parts = parts;
    this.#book = parts.book;
    const at = parts.clock.wall();
    for (const door of parts.doors) {
      const stored = parts.store.read(door);
      const order: { order?: ModeOrder } = stored === 'normal' ? {} : { order: { mode: stored, until: 'revoked' } };
      const firstPerson = firstPersonAt(parts.book, door, at);
      this.#keepers.set(door, modeAtStart(this.#planOf(door), { ...order, firstPerson, at })[0]);
    }
    this.#timetable = new Timetable(
      parts.clock,
      (wall) => earliest([...this.#keepers].map(([door, keeper]) => modeDeadline(keeper, this.#planOf(door), wall))),
      () => this.#look(),
    );
  }

  /** For a door that is about to start. */
  modeOf(door: DoorId): DoorMode {
    return this.#keeper(door).mode;
  }

  start(barriers: ReadonlyMap<DoorId, Barrier>): void {
    this.#barriers = barriers;
    this.#look();
    this.#timetable.arm();
  }

  stop(): void {
    this.#timetable[Symbol.dispose]();
  }

  get shown(): readonly ModeShown[] {
    return Array.from(this.#keepers, ([door, { mode, by, order }]) => ({
      door,
      mode,
      by,
      ...(order === undefined || order.until === 'revoked' ? {} : { until: order.until }),
    }));
  }

  /**
   * An operator's word, which goes before every schedule.
   * @throws Fault `command` for a door that there is not; `storage` where it holds and could not be stored.
   */
  order(door: DoorId, order: ModeOrder): void {
    this.#known(door);
    this.#step(door, { kind: 'ordered', order, at: this.#parts.clock.wall() });
    this.#timetable.arm();
    const lasts = order.until === 'revoked' || order.mode === 'locked-down';
    this.#store(door, lasts ? order.mode : 'normal');
  }

  /** The schedules decide again. @throws as `order` does */
  revoke(door: DoorId): void {
    this.#known(door);
    this.#step(door, { kind: 'revoked', at: this.#parts.clock.wall() });
    this.#timetable.arm();
    this.#store(door, 'normal');
  }

  firstPerson(door: DoorId, state: FirstPerson['kind']): void {
    if (this.#keepers.get(door)?.firstPerson === state) return;
    this.#step(door, { kind: 'first-person', state, at: this.#parts.clock.wall() });
  }

  adopt(book: Rulebook): void {
    this.#book = book;
    this.#look();
    this.#timetable.arm();
  }

  #look(): void {
    for (const door of this.#keepers.keys()) this.#step(door, { kind: 'time', at: this.#parts.clock.wall() });
  }

  #step(door: DoorId, input: ModeInput): void {
    const [keeper, effects] = modeStep(this.#keeper(door), input, this.#planOf(door));
    this.#keepers.set(door, keeper);
    for (const { mode, by } of effects) {
      this.#parts.recorder.record({ kind: 'mode-set', door, mode, by });
      const barrier = this.#barriers.get(door);
      if (barrier?.mode !== mode) barrier?.setMode(mode);
    }
  }

  #store(door: DoorId, mode: DoorMode): void {
    try {
      this.#parts.store.write(door, mode);
    } catch (error) {
      const expected = 'a folder with room; the order is in force, and is forgotten by a restart';
      throw new Fault('storage', { thing: `mode of ${door}`, found: messageOf(error), expected }, error);
    }
  }

  #planOf(door: DoorId): ModePlan {
    return this.#book.planOf(door);
  }

  #keeper(door: DoorId): ModeKeeper {
    const keeper = this.#keepers.get(door);
    assert(keeper !== undefined, 'every door has its mode');
    return keeper;
  }

  #known(door: DoorId): void {
    if (this.#keepers.has(door)) return;
    const expected = `one of ${[...this.#keepers.keys()].join(', ')}`;
    throw new Fault('command', { thing: 'door', found: door, expected });
  }
}

function firstPersonAt(book: Rulebook, door: DoorId, at: WallTime): FirstPerson['kind'] {
  const awaited = [...book.places].some(
    ({ setting, firstPerson }) => setting.door === door && firstPerson?.isOpen(at) === true,
  );
  return awaited ? 'awaited' : 'not-in-force';
}
