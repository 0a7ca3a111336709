import type { Clock } from '#core/ports/clock.ts';
import type { DriveOutcome, LinkState, RelayBoard, RelayLevel } from '#core/ports/hardware.ts';
import { SerialLine } from '../serial/serialLine.ts';
import { DrivenBoard } from './drivenBoard.ts';
import { encodeLcusFrame, LCUS_BAUD_RATE } from './lcusFrames.ts';
import type { RelayLine } from './relayLine.ts';

export interface LcusBoardOptions {
  /** Names the board in faults and in the journal. */
  readonly name: string;
  readonly path: string;
  readonly channels: 1 | 2 | 4 | 8;
  readonly clock: Clock;
}

/**
 * Resolves when the port was opened, or could not be: the board is down then, a drive is refused with the reason, and
 * the port is tried again for as long as it takes.
 */
export async function openLcusBoard({ name, path, channels, clock }: LcusBoardOptions): Promise<RelayBoard> {
  const serial = await SerialLine.open({ path, baudRate: LCUS_BAUD_RATE, clock, faults: 'relay' });
  return new DrivenBoard({ name, channels, clock, line: new LcusLine(serial) });
}

class LcusLine implements RelayLine {
  readonly #serial: SerialLine;

  constructor(serial: SerialLine) {
    this.#serial = serial;
  }

  get link(): LinkState {
    return this.#serial.link;
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#serial.onLink(listener);
  }

  /** The board answers nothing, so that more than `written` cannot be said. */
  async send(channel: number, level: RelayLevel): Promise<DriveOutcome> {
    await this.#serial.write(encodeLcusFrame({ channel, level }));
    return 'written';
  }

  close(): Promise<void> {
    return this.#serial.close();
  }
}
