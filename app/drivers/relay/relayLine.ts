import type { Millis } from '#core/kernel/units.ts';
import type { DriveOutcome, Link, RelayLevel } from '#core/ports/hardware.ts';

/** The way to a board: it carries single levels, one at a time, and knows nothing of pulses that others end. */
export interface RelayLine extends Link {
  /** @throws Fault `relay` where the board cannot be reached, naming what is wrong with the line. */
  send(channel: number, level: RelayLevel): Promise<DriveOutcome>;
  /** Where the board ends a pulse by itself. */
  readonly pulses?: BoardPulses;
  /** Lets go of the line; after that it is down for good. */
  close(): Promise<void>;
}

/** Pulses that the board times itself: no program that died can hold a door open. */
export interface BoardPulses {
  /** Times are rounded up to these steps. */
  readonly stepMs: Millis;
  readonly maxMs: Millis;
  /**
   * Drives to `level` and leaves the way back to the board. `refused`: the board knows no such pulse.
   * @throws Fault `relay` as `send`.
   */
  send(channel: number, level: RelayLevel, steps: number): Promise<DriveOutcome | 'refused'>;
}

export const opposite = (level: RelayLevel): RelayLevel => (level === 'energised' ? 'de-energised' : 'energised');
