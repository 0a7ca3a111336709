import { assert } from '#core/kernel/assert.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import type { DoorInput, DoorInputs } from '#core/ports/hardware.ts';
import { Listeners } from '../listeners.ts';

/** Inputs that are moved by hand. */
export class SimulatedInputs implements DoorInputs {
  readonly door: DoorId;
  readonly fitted: ReadonlySet<DoorInput>;
  readonly #active = new Set<DoorInput>();
  readonly #changes = new Listeners<[input: DoorInput, active: boolean]>();

  constructor(door: DoorId, fitted: Iterable<DoorInput>) {
    this.door = door;
    this.fitted = new Set(fitted);
  }

  read(input: DoorInput): boolean {
    return this.#active.has(input);
  }

  onChange(listener: (input: DoorInput, active: boolean) => void): Disposable {
    return this.#changes.add(listener);
  }

  /** Moves an input that is fitted; one that stands so already is no change. */
  set(input: DoorInput, active: boolean): void {
    assert(this.fitted.has(input), `the ${input} input of door ${this.door} is fitted`);
    if (active === this.#active.has(input)) return;
    if (active) this.#active.add(input);
    else this.#active.delete(input);
    this.#changes.tell(input, active);
  }
}
