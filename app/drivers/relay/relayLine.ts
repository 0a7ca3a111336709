import type { DriveOutcome, Link, RelayLevel } from '#core/ports/hardware.ts';

/** The way to a board: it carries single levels, one at a time, and knows nothing of pulses. */
export interface RelayLine extends Link {
  /** @throws Fault `relay` where the board cannot be reached, naming what is wrong with the line. */
  send(channel: number, level: RelayLevel): Promise<DriveOutcome>;
  /** Lets go of the line; after that it is down for good. */
  close(): Promise<void>;
}

export const opposite = (level: RelayLevel): RelayLevel => (level === 'energised' ? 'de-energised' : 'energised');
