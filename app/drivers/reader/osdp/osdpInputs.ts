import { assert } from '#core/kernel/assert.ts';
import type { DoorId, ReaderId } from '#core/kernel/ids.ts';
import { after, millis, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DoorInput, DoorInputs } from '#core/ports/hardware.ts';
import type { WireState } from '../../inputs/settle.ts';
import { WatchedInputs } from '../../inputs/watchedInputs.ts';
import type { OsdpEvent, OsdpLine } from './osdpLine.ts';

/** One input of a reader, counted from 1. A contact that is closed at rest is active when it opens. */
export interface ReaderWire {
  readonly number: number;
  readonly normally: 'open' | 'closed';
  readonly debounceMs: Millis;
}

export interface OsdpInputsOptions {
  readonly reader: ReaderId;
  readonly clock: Clock;
  readonly doors: ReadonlyMap<DoorId, ReadonlyMap<DoorInput, ReaderWire>>;
}

/**
 * Inputs of doors that end in an OSDP reader. They can be asked before the line is open, as a door is: nothing is known
 * of them then. A reader that tells nothing of its inputs, or not enough of them, leaves those unknown.
 */
export class OsdpInputs {
  readonly reader: ReaderId;
  readonly #clock: Clock;
  readonly #doors: ReadonlyMap<
    DoorId,
    { readonly wires: ReadonlyMap<DoorInput, ReaderWire>; readonly inputs: WatchedInputs }
  >;
  /** Since the link was lost nothing counts but what was told after it. */
  #told: readonly boolean[] | undefined;
  #lookAgain: Disposable | undefined;

  constructor({ reader, clock, doors }: OsdpInputsOptions) {
    this.reader = reader;
    this.#clock = clock;
    this.#doors = new Map(
      [...doors].map(([door, wires]) => {
        const debounceMs = new Map([...wires].map(([input, wire]) => [input, wire.debounceMs]));
        return [door, { wires, inputs: new WatchedInputs(door, debounceMs) }];
      }),
    );
  }

  inputs(door: DoorId): DoorInputs {
    const found = this.#doors.get(door);
    assert(found !== undefined, `reader ${this.reader} has inputs of door ${door}`);
    return found.inputs;
  }

  /** From now on what the reader tells on this line counts. */
  connect(line: Pick<OsdpLine, 'onEvent'>): Disposable {
    const heard = line.onEvent((reader, event) => {
      if (reader === this.reader) this.#hear(event);
    });
    return {
      [Symbol.dispose]: () => {
        heard[Symbol.dispose]();
        this.#lose('the line was closed');
      },
    };
  }

  #hear(event: OsdpEvent): void {
    if (event.kind === 'link' && event.link === 'down') this.#lose(event.why);
    if (event.kind !== 'inputs') return;
    this.#told = event.active;
    this.#take();
    for (const { inputs } of this.#doors.values()) inputs.answers(`reader ${this.reader} tells its inputs`);
  }

  #lose(why: string): void {
    this.#told = undefined;
    this.#lookAgain?.[Symbol.dispose]();
    for (const { inputs } of this.#doors.values()) inputs.lose(why);
  }

  /** A reader speaks of a change alone: what it said is looked at once more when every debouncing is over. */
  #take(): void {
    this.#reading();
    const waits = [...this.#doors.values()].flatMap(({ wires }) => [...wires.values()].map((wire) => wire.debounceMs));
    this.#lookAgain?.[Symbol.dispose]();
    const at = after(this.#clock.monotonic(), millis(Math.max(...waits)));
    this.#lookAgain = this.#clock.at(at, () => this.#reading());
  }

  #reading(): void {
    const told = this.#told;
    if (told === undefined) return;
    const at = this.#clock.monotonic();
    for (const { wires, inputs } of this.#doors.values()) {
      const found = new Map<DoorInput, WireState>();
      for (const [input, { number, normally }] of wires) {
        const closed = told[number - 1];
        if (closed !== undefined) found.set(input, closed === (normally === 'closed') ? 'normal' : 'active');
      }
      inputs.take(found, at);
    }
  }
}
