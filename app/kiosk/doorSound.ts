import type { KioskView } from '../contract/kioskView.ts';

/** From one sound to the next while the door wants it. */
export const AGAIN_MS = { warning: 2_000, alarm: 1_000 } as const;

/** What sounds again and again while the view asks for it. A screen that has lost its gate is silent. */
export class DoorSound {
  readonly #play: (sound: 'warning' | 'alarm') => void;
  readonly #every: (ms: number, act: () => void) => () => void;
  #now: KioskView['sound'] = 'none';
  #end: (() => void) | undefined;

  /** @param every calls `act` again and again until what it returns is called */
  constructor(play: (sound: 'warning' | 'alarm') => void, every: (ms: number, act: () => void) => () => void) {
    this.#play = play;
    this.#every = every;
  }

  show(sound: KioskView['sound']): void {
    if (sound === this.#now) return;
    this.#now = sound;
    this.#end?.();
    this.#end = undefined;
    if (sound === 'none') return;
    this.#play(sound);
    this.#end = this.#every(AGAIN_MS[sound], () => this.#play(sound));
  }
}
