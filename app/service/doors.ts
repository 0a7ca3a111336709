import { Rulebook } from '#core/access/rulebook.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DoorModeStore } from '#core/ports/stores.ts';
import type { Barrier } from '#terminal/barrier.ts';
import { DoorController } from '#terminal/doorController.ts';
import type { HealthBoard } from '#terminal/healthBoard.ts';
import { ModeDesk } from '#terminal/modeDesk.ts';
import type { Recorder } from '#terminal/recorder.ts';
import { TurnstileController } from '#terminal/turnstileController.ts';
import type { Hardware } from './hardware.ts';

export interface DoorsParts {
  readonly config: TerminalConfig;
  readonly clock: Clock;
  readonly health: HealthBoard;
  readonly recorder: Recorder;
  readonly hardware: Hardware;
}

/** Every door and turnstile of a gate, each in the mode that an operator's word or a schedule demands. */
export class Doors {
  readonly modes: ModeDesk;
  readonly #hardware: Hardware;
  readonly #doors: ReadonlyMap<DoorId, DoorController>;
  readonly #turnstiles: ReadonlyMap<DoorId, TurnstileController>;

  private constructor({ config, clock, health, recorder, hardware }: DoorsParts, store: DoorModeStore) {
    this.#hardware = hardware;
    const ids = [...config.doors, ...config.turnstiles].map(({ id }) => id);
    this.modes = new ModeDesk({ book: new Rulebook(config), doors: ids, store, clock, recorder });
    const shared = { clock, recorder, health };
    this.#doors = new Map(
      config.doors.map((door) => {
        const hung = { strike: hardware.strike(door), inputs: hardware.inputs(door), mode: this.modes.modeOf(door.id) };
        return [door.id, new DoorController({ config: door, ...hung, ...shared })] as const;
      }),
    );
    this.#turnstiles = new Map(
      config.turnstiles.map((turnstile) => {
        const { id, board, channels } = turnstile;
        const { arms } = channels;
        const strikes = {
          entry: hardware.strike({ board, channel: channels.entry }),
          exit: hardware.strike({ board, channel: channels.exit }),
          ...(arms === undefined ? {} : { arms: hardware.strike({ board, channel: arms }) }),
        };
        const inputs = hardware.inputs(turnstile);
        const mode = this.modes.modeOf(id);
        return [id, new TurnstileController({ config: turnstile, strikes, inputs, mode, ...shared })] as const;
      }),
    );
  }

  /** Drives every strike to what fire input and mode demand; leaving is free from then on. */
  static async start(parts: DoorsParts, store: DoorModeStore): Promise<Doors> {
    const doors = new Doors(parts, store);
    await Promise.all([...doors.barriers.values()].map((barrier) => barrier.start()));
    for (const board of parts.hardware.boardsWithoutPulses) {
      const says =
        'does not time pulses itself: after a crash a strike stays as it was until the watchdog has restarted the gate';
      parts.health.report({ part: `pulses of ${board.name}`, level: 'warning', says });
    }
    return doors;
  }

  get barriers(): ReadonlyMap<DoorId, Barrier> {
    return new Map<DoorId, Barrier>([...this.#doors, ...this.#turnstiles]);
  }

  /** Timings of a changed configuration; what is under way ends as it began. */
  adopt(config: TerminalConfig): void {
    for (const { id, timings } of config.doors) this.#doors.get(id)?.retime(timings);
    for (const { id, timings } of config.turnstiles) this.#turnstiles.get(id)?.retime(timings);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.barriers.values()].map((barrier) => barrier.stop()));
    await this.#hardware.close();
  }
}

/** Where no stored mode can be read, doors are as without one. */
export const NO_STORED_MODES: DoorModeStore = { read: () => 'normal', write: () => undefined };
