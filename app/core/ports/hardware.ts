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
   * again before; `'until-driven'` stays.
   * @throws Fault `relay` where the board cannot be reached; the pulse is given up then.
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

export type DoorInput = 'contact' | 'rex' | 'fire';

/** The inputs of one door: `true` is door open, button pressed, fire. */
export interface DoorInputs {
  readonly door: DoorId;
  /** Inputs that are wired; one that is not never changes. */
  readonly fitted: ReadonlySet<DoorInput>;
  read(input: DoorInput): boolean;
  onChange(listener: (input: DoorInput, active: boolean) => void): Disposable;
}

/** A card as its reader delivered it. */
export interface CardRead {
  /** The number format, say `H10301` or `uid`. */
  readonly format: string;
  /** Lower-case hex digits of the card's number, without separators. */
  readonly number: string;
}

export interface CardReader extends Link {
  readonly accessPoint: AccessPointId;
  onCard(listener: (card: CardRead) => void): Disposable;
}
