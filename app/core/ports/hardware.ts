import type { AccessPointId, DoorId } from '../kernel/ids.ts';
import type { Millis } from '../kernel/units.ts';

/** What a relay's coil does. Which of the two unlocks depends on the lock: see `relayLevelFor` in door/lock.ts. */
export type RelayLevel = 'energised' | 'de-energised';
/** `written`: the bytes left the port. `confirmed`: the board said that it did it. */
export type DriveOutcome = 'written' | 'confirmed';
export type LinkState = 'up' | 'down';

export interface Link {
  readonly link: LinkState;
  /** Called at every change; disposing ends it. */
  onLink(listener: (link: LinkState, why: string) => void): Disposable;
}

/** One relay channel with a lock on it. */
export interface Strike extends Link {
  readonly name: string;
  /**
   * Drives the relay. With a number the relay goes to the opposite level by itself after that time, unless it was driven
   * again before; `'until-driven'` stays. A board that times pulses itself may round the time up to its own step.
   * @throws Fault `relay` where the board cannot be reached, or answers and did not say in time that it did it; the
   * pulse is given up then.
   */
  drive(level: RelayLevel, forMs: Millis | 'until-driven'): Promise<DriveOutcome>;
}

/** A board with numbered channels, from 1. */
export interface RelayBoard extends Link {
  readonly name: string;
  readonly channels: number;
  /** Does the board time a pulse itself, so that a dead program cannot hold a door open? */
  readonly timesPulses: boolean;
  /** @throws Fault `relay` for a channel that the board does not have. */
  strike(channel: number): Strike;
  /** Ends every running pulse at once by driving its channel back, then lets go of the line. */
  close(): Promise<void>;
}

/** An input that no door machine knows: whatever an installer wires to it is told and recorded by its name. */
export type FreeInput = `free-${number}`;
/** `emergency` drops the arms of a turnstile; `passed-entry` and `passed-exit` are its passage feedback. */
export type TurnstileInput = 'emergency' | 'passed-entry' | 'passed-exit';
export type DoorInput = 'contact' | 'rex' | 'tamper' | 'fire' | TurnstileInput | FreeInput;

/**
 * What is known of an input now. `active` is door open, button pressed, cover off, fire. `cut` and `short` come from a
 * wire that is supervised (measured through resistors at its far end); `unknown` while the board does not answer.
 */
export type InputState = 'normal' | 'active' | 'cut' | 'short' | 'unknown';

export type KnownInputState = Exclude<InputState, 'unknown'>;

/** The inputs of one door. The link is up while whoever reads them answers. */
export interface DoorInputs extends Link {
  readonly door: DoorId;
  /** Inputs that are wired; one that is not never changes. */
  readonly fitted: ReadonlySet<DoorInput>;
  /**
   * The last level that was known for certain, `false` before the first. It outlives a line that is lost, a wire that is
   * cut: what nobody knows never relocks a door that fire holds unlocked, and never makes an exit.
   */
  read(input: DoorInput): boolean;
  state(input: DoorInput): InputState;
  /** Called when the level that `read` gives has changed. */
  onChange(listener: (input: DoorInput, active: boolean) => void): Disposable;
  /** Called at every change of what is known; where the level changed as well, `onChange` is called first. */
  onState(listener: (input: DoorInput, state: InputState) => void): Disposable;
}

/** A card as its reader delivered it. */
export interface CardRead {
  /** The number format, say `H10301` or `uid`. */
  readonly format: string;
  /** Lower-case hex digits of the card's number, without separators. */
  readonly number: string;
}

/** What a reader shows of a decision, or of a card that it could not read. */
export type ReaderOutcome = 'granted' | 'denied' | 'try-again';

/**
 * Why something is no card that may count. `length`, `parity`, `field`: as card formats tell it; `text`: bits that no
 * format reads; `broken`: what the reader said does not add up; `random-number`: a card that makes up its number.
 */
export type MisreadReason = 'length' | 'parity' | 'field' | 'text' | 'broken' | 'random-number';

export interface CardReader extends Link {
  readonly accessPoint: AccessPointId;
  /** Called once for each time that a card is held before the reader, however often the reader repeats it. */
  onCard(listener: (card: CardRead) => void): Disposable;
  /** Called for what was held before the reader and is no card that may count, with the reason; never its number. */
  onMisread(listener: (why: string, reason: MisreadReason) => void): Disposable;
  /** Called for keys of its keypad: digits, `*` and `#`, one or several at a time; never where it has none. */
  onKeys(listener: (keys: string) => void): Disposable;
  /** Shows with its lights and its buzzer, where it has any, how a decision fell, or that it is to be tried again. Never waits and never fails. */
  signal(outcome: ReaderOutcome): void;
  /** Sounds its buzzer, where it has one, for `ALARM_TONE_MS`, as an alarm and no decision. Never waits and never fails. */
  soundAlarm(): void;
}

/** Takes what a reader types that is plugged in as a keyboard, as the screen has put its keys together. */
export interface TypedCards {
  /** Keys that came at a reader's pace and were ended as a card is. Any text: it is a card where a format reads it. */
  typed(text: string): void;
  /** Keys that came at a reader's pace, and were no card. */
  mistyped(): void;
}

/** One bout of a reader's alarm. It ends by itself, so that a program that has died leaves no reader sounding. */
export const ALARM_TONE_MS = 2_000;
