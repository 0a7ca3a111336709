import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DriveOutcome, LinkState, RelayLevel } from '#core/ports/hardware.ts';
import { Listeners } from '../listeners.ts';
import { DrivenBoard } from './drivenBoard.ts';
import type { RelayLine } from './relayLine.ts';

/** A relay that was told something. */
export interface RelayMove {
  readonly channel: number;
  readonly level: RelayLevel;
  readonly at: Monotonic;
}

export interface SimulatedBoardOptions {
  readonly name: string;
  readonly channels: number;
  readonly clock: Clock;
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
    const level = this.#line.levels[channel - 1];
    assert(level !== undefined, `${this.name} has a channel ${channel}`);
    return level;
  }

  /** Called for everything that the board is told, whether or not the relay already stood so. */
  onMove(listener: (move: RelayMove) => void): Disposable {
    return this.#line.moves.add(listener);
  }

  setLine(link: LinkState): void {
    this.#line.set(link);
  }
}

class SimulatedLine implements RelayLine {
  readonly levels: RelayLevel[];
  readonly moves = new Listeners<[move: RelayMove]>();
  readonly #name: string;
  readonly #clock: Clock;
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  #link: LinkState = 'up';
  #closed = false;

  constructor({ name, channels, clock }: SimulatedBoardOptions) {
    this.#name = name;
    this.#clock = clock;
    this.levels = Array.from({ length: channels }, () => 'de-energised');
  }

  get link(): LinkState {
    return this.#link;
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#links.add(listener);
  }

  send(channel: number, level: RelayLevel): Promise<DriveOutcome> {
    if (this.#link === 'down') {
      const found = this.#closed ? 'a board that was closed' : 'its line cut';
      return Promise.reject(new Fault('relay', { thing: this.#name, found, expected: 'a board that answers' }));
    }
    this.levels[channel - 1] = level;
    this.moves.tell({ channel, level, at: this.#clock.monotonic() });
    return Promise.resolve('confirmed');
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
}
