import { TypedCardText, type KioskCommand } from '../contract/kioskCommand.ts';
import type { KioskView } from '../contract/kioskView.ts';
import { commandOfKey } from './keys.ts';
import { NO_WEDGE, WEDGE_LIMITS, wedgeDeadline, wedgeStep, type WedgeOutcome, type WedgeState } from './wedge.ts';

export interface KeyPressed {
  readonly key: string;
  /** Milliseconds of the clock of `KeyDeskParts`, at which it was pressed and not heard. */
  readonly at: number;
  readonly onButton: boolean;
  /** It is only held down. */
  readonly repeat: boolean;
}

export interface KeyDeskParts {
  readonly send: (command: KioskCommand) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Acts once, after so many milliseconds, unless it is called off by what it returns. */
  readonly later: (ms: number, act: () => void) => () => void;
}

/** The keys of the page: of a keyboard or a keypad and, where the terminal has such a reader, of one that types cards. */
export class KeyDesk {
  readonly #parts: KeyDeskParts;
  #view: KioskView | undefined;
  #wedge: WedgeState = NO_WEDGE;
  #callOff: () => void = () => undefined;

  constructor(parts: KeyDeskParts) {
    this.#parts = parts;
  }

  /** What is on the screen from now on: keys say something about it. */
  show(view: KioskView | undefined): void {
    this.#view = view;
    if (view?.typedCards !== true) this.#take(NO_WEDGE);
  }

  /** Has the key said what it had to say? The page does nothing more with it then. */
  hear({ key, at, onButton, repeat }: KeyPressed): boolean {
    if (this.#view === undefined || repeat) return false;
    if (!this.#view.typedCards) return this.#typed(key, onButton);
    // Space presses a button, or turns a page, at once or not at all: it is a reader's only in the midst of a card.
    if (key === ' ' && !this.#holds) return false;
    const [wedge, outcomes] = wedgeStep(this.#wedge, { kind: 'key', key, at }, WEDGE_LIMITS);
    this.#take(wedge);
    const spent = outcomes.map((outcome) => this.#tell(outcome, onButton)).at(-1) ?? false;
    return this.#holds ? key === ' ' : spent;
  }

  get #holds(): boolean {
    return wedgeDeadline(this.#wedge, WEDGE_LIMITS) !== undefined;
  }

  #take(wedge: WedgeState): void {
    this.#wedge = wedge;
    this.#callOff();
    this.#callOff = () => undefined;
    const deadline = wedgeDeadline(wedge, WEDGE_LIMITS);
    if (deadline === undefined) return;
    const { now, later } = this.#parts;
    this.#callOff = later(Math.max(deadline - now(), 0), () => {
      const [left, outcomes] = wedgeStep(this.#wedge, { kind: 'time', at: now() }, WEDGE_LIMITS);
      this.#take(left);
      for (const outcome of outcomes) this.#tell(outcome, false);
    });
  }

  #tell(outcome: WedgeOutcome, onButton: boolean): boolean {
    if (outcome.kind === 'typed') return this.#typed(outcome.key, onButton);
    const text = outcome.kind === 'card' ? TypedCardText.safeParse(outcome.text) : undefined;
    this.#parts.send(text?.success === true ? { kind: 'card-typed', text: text.data } : { kind: 'card-misread' });
    return true;
  }

  #typed(key: string, onButton: boolean): boolean {
    const command = this.#view && commandOfKey(key, this.#view.screen, onButton);
    if (command !== undefined) this.#parts.send(command);
    return command !== undefined;
  }
}
