import { assert } from '#core/kernel/assert.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import type { DoorInput, DoorInputs, InputState, LinkState } from '#core/ports/hardware.ts';

/** Inputs of one door that end in several places: the link is up while each of these answers. */
export class JoinedInputs implements DoorInputs {
  readonly door: DoorId;
  readonly fitted: ReadonlySet<DoorInput>;
  readonly #parts: readonly DoorInputs[];
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  #link: LinkState;

  constructor(door: DoorId, parts: readonly DoorInputs[]) {
    this.door = door;
    this.#parts = parts;
    const fitted = parts.flatMap((part) => [...part.fitted]);
    this.fitted = new Set(fitted);
    assert(this.fitted.size === fitted.length, `an input of door ${door} ends in one place`);
    this.#link = this.#linkNow();
    for (const part of parts) {
      part.onLink((_, why) => {
        const link = this.#linkNow();
        if (link === this.#link) return;
        this.#link = link;
        this.#links.tell(link, why);
      });
    }
  }

  get link(): LinkState {
    return this.#link;
  }

  read(input: DoorInput): boolean {
    return this.#partOf(input)?.read(input) ?? false;
  }

  state(input: DoorInput): InputState {
    return this.#partOf(input)?.state(input) ?? 'normal';
  }

  onChange(listener: (input: DoorInput, active: boolean) => void): Disposable {
    return allOf(this.#parts.map((part) => part.onChange(listener)));
  }

  onState(listener: (input: DoorInput, state: InputState) => void): Disposable {
    return allOf(this.#parts.map((part) => part.onState(listener)));
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#links.add(listener);
  }

  #partOf(input: DoorInput): DoorInputs | undefined {
    return this.#parts.find(({ fitted }) => fitted.has(input));
  }

  #linkNow(): LinkState {
    return this.#parts.every(({ link }) => link === 'up') ? 'up' : 'down';
  }
}

const allOf = (heard: readonly Disposable[]): Disposable => ({
  [Symbol.dispose]: () => {
    for (const one of heard) one[Symbol.dispose]();
  },
});
