import type { DoorId } from '#core/kernel/ids.ts';
import { millis, monotonic } from '#core/kernel/units.ts';
import type { DoorInput, DoorInputs, InputState, LinkState } from '#core/ports/hardware.ts';
import type { WireState } from './settle.ts';
import { WatchedInputs } from './watchedInputs.ts';

/** Inputs that are moved by hand. Whoever moves them needs no debouncing. */
export class SimulatedInputs implements DoorInputs {
  readonly door: DoorId;
  readonly fitted: ReadonlySet<DoorInput>;
  readonly #watched: WatchedInputs;
  /** What is on the wires, whether or not anybody reads them. */
  readonly #wires = new Map<DoorInput, WireState>();

  constructor(door: DoorId, fitted: Iterable<DoorInput>) {
    this.door = door;
    this.fitted = new Set(fitted);
    this.#watched = new WatchedInputs(door, new Map([...this.fitted].map((input) => [input, millis(0)])));
    for (const input of this.fitted) this.#wires.set(input, 'normal');
    this.setLine('up');
  }

  get link(): LinkState {
    return this.#watched.link;
  }

  read(input: DoorInput): boolean {
    return this.#watched.read(input);
  }

  state(input: DoorInput): InputState {
    return this.#watched.state(input);
  }

  onChange(listener: (input: DoorInput, active: boolean) => void): Disposable {
    return this.#watched.onChange(listener);
  }

  onState(listener: (input: DoorInput, state: InputState) => void): Disposable {
    return this.#watched.onState(listener);
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#watched.onLink(listener);
  }

  /** Moves an input that is fitted; one that stands so already is no change. */
  set(input: DoorInput, active: boolean): void {
    this.wire(input, active ? 'active' : 'normal');
  }

  /** As `set`, also with the states of a supervised wire. */
  wire(input: DoorInput, state: WireState): void {
    if (this.link === 'up') this.#watched.take(new Map([[input, state]]), monotonic(0));
    this.#wires.set(input, state);
  }

  setLine(link: LinkState): void {
    if (link === 'down') this.#watched.lose('the simulated line was cut');
    else {
      this.#watched.take(this.#wires, monotonic(0));
      this.#watched.answers('the simulated line was mended');
    }
  }
}
