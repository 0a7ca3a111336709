import { Fault } from '#core/kernel/fault.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DriveOutcome, LinkState, RelayLevel } from '#core/ports/hardware.ts';
import { DrivenBoard } from './drivenBoard.ts';
import { EmulatedRelays, type RelayMove } from './emulatedRelays.ts';
import type { BoardPulses, RelayLine } from './relayLine.ts';

/** The step in which a simulated board that times its pulses counts. */
const STEP_MS = millis(100);
const STEPS_MAX = 0x7fff;

export interface SimulatedBoardOptions {
  readonly name: string;
  readonly channels: number;
  readonly clock: Clock;
  /** Does it end a pulse by itself, as some boards do? */
  readonly timesPulses?: boolean;
}

/** A board whose relays are only remembered. Its line can be cut and mended; the relays keep their level meanwhile. */
export class SimulatedBoard extends DrivenBoard {
  readonly #line: SimulatedLine;

  constructor(options: SimulatedBoardOptions) {
    const line = new SimulatedLine(options);
    super({ ...options, line });
    this.#line = line;
  }

  /** What the coil does now. */
  level(channel: number): RelayLevel {
    return this.#line.relays.level(channel);
  }

  /** Called for everything that the board is told, whether or not the relay already stood so. */
  onMove(listener: (move: RelayMove) => void): Disposable {
    return this.#line.relays.onMove(listener);
  }

  setLine(link: LinkState): void {
    this.#line.set(link);
  }
}

class SimulatedLine implements RelayLine {
  readonly relays: EmulatedRelays;
  readonly pulses?: BoardPulses;
  readonly #name: string;
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  #link: LinkState = 'up';
  #closed = false;

  constructor({ name, channels, clock, timesPulses }: SimulatedBoardOptions) {
    this.#name = name;
    this.relays = new EmulatedRelays({ channels, clock });
    if (timesPulses !== true) return;
    this.pulses = {
      stepMs: STEP_MS,
      maxMs: millis(STEP_MS * STEPS_MAX),
      send: (channel, level, steps) => this.#carry(() => this.relays.pulse(channel, level, millis(steps * STEP_MS))),
    };
  }

  get link(): LinkState {
    return this.#link;
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#links.add(listener);
  }

  send(channel: number, level: RelayLevel): Promise<DriveOutcome> {
    return this.#carry(() => this.relays.set(channel, level));
  }

  set(link: LinkState): void {
    if (this.#closed || link === this.#link) return;
    this.#link = link;
    this.#links.tell(link, link === 'up' ? 'the simulated line was mended' : 'the simulated line was cut');
  }

  close(): Promise<void> {
    this.#link = 'down';
    this.#closed = true;
    return Promise.resolve();
  }

  #carry(command: () => void): Promise<DriveOutcome> {
    if (this.#link === 'down') {
      const found = this.#closed ? 'a board that was closed' : 'its line cut';
      return Promise.reject(new Fault('relay', { thing: this.#name, found, expected: 'a board that answers' }));
    }
    command();
    return Promise.resolve('confirmed');
  }
}
