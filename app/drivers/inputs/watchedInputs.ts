import { assert } from '#core/kernel/assert.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { millis, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { DoorInput, DoorInputs, InputState, LinkState } from '#core/ports/hardware.ts';
import { NEVER_KNOWN, settle, unknownFrom, type Settled, type WireState } from './settle.ts';

/** The inputs of a door as readings come in from whoever reads them. */
export class WatchedInputs implements DoorInputs {
  readonly door: DoorId;
  readonly fitted: ReadonlySet<DoorInput>;
  readonly #debounceMs: ReadonlyMap<DoorInput, Millis>;
  readonly #inputs: Map<DoorInput, Settled>;
  readonly #changes = new Listeners<[input: DoorInput, active: boolean]>();
  readonly #states = new Listeners<[input: DoorInput, state: InputState]>();
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  #link: LinkState = 'down';

  /** Each input that is fitted, with the time for which a reading must stand before it counts. */
  constructor(door: DoorId, debounceMs: ReadonlyMap<DoorInput, Millis>) {
    this.door = door;
    this.fitted = new Set(debounceMs.keys());
    this.#debounceMs = debounceMs;
    this.#inputs = new Map([...this.fitted].map((input) => [input, NEVER_KNOWN]));
  }

  get link(): LinkState {
    return this.#link;
  }

  read(input: DoorInput): boolean {
    return this.#inputs.get(input)?.active ?? false;
  }

  state(input: DoorInput): InputState {
    return this.#inputs.get(input)?.state ?? 'normal';
  }

  onChange(listener: (input: DoorInput, active: boolean) => void): Disposable {
    return this.#changes.add(listener);
  }

  onState(listener: (input: DoorInput, state: InputState) => void): Disposable {
    return this.#states.add(listener);
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#links.add(listener);
  }

  /** One reading of every input that `found` knows. */
  take(found: ReadonlyMap<DoorInput, WireState>, at: Monotonic): void {
    for (const [input, state] of found) {
      const before = this.#inputs.get(input);
      assert(before !== undefined, `the ${input} input of door ${this.door} is fitted`);
      this.#put(input, settle(before, state, at, this.#debounceMs.get(input) ?? millis(0)));
    }
  }

  /** Whoever reads them answers. To be called behind the first reading, which says what they found. */
  answers(why: string): void {
    this.#tellLink('up', why);
  }

  /** Nobody reads them: every level stays as it was last known, and no longer counts as known. */
  lose(why: string): void {
    for (const [input, known] of this.#inputs) this.#put(input, unknownFrom(known));
    this.#tellLink('down', why);
  }

  #put(input: DoorInput, now: Settled): void {
    const before = this.#inputs.get(input);
    this.#inputs.set(input, now);
    if (before?.active !== now.active) this.#changes.tell(input, now.active);
    if (before?.state !== now.state) this.#states.tell(input, now.state);
  }

  #tellLink(link: LinkState, why: string): void {
    if (link === this.#link) return;
    this.#link = link;
    this.#links.tell(link, why);
  }
}
