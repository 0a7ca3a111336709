import type { BoardConfig, DoorConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import type { Camera } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CardReader, DoorInputs, RelayBoard, Strike } from '#core/ports/hardware.ts';
import { openReplayCamera } from '#drivers/camera/replayCamera.ts';
import { noInputs } from '#drivers/inputs/noInputs.ts';
import { openLcusBoard } from '#drivers/relay/lcusBoard.ts';
import { NoReader } from '#drivers/reader/noReader.ts';
import { readlinkSync, realpathSync } from 'node:fs';
import type { SimulatedWorld } from './simulated/world.ts';

/** Pseudo-terminals: the only serial lines that a simulated gate may drive. */
const PSEUDO_TERMINAL = /^\/dev\/pts\/\d+$/;

/** What hangs on the terminal, as the configuration names it. */
export class Hardware {
  readonly #boards = new Map<string, RelayBoard>();
  readonly #config: TerminalConfig;
  readonly #world: SimulatedWorld | undefined;
  readonly #clock: Clock;

  private constructor(config: TerminalConfig, world: SimulatedWorld | undefined, clock: Clock) {
    this.#config = config;
    this.#world = world;
    this.#clock = clock;
  }

  /** Opens every board. A board that cannot be reached is down and tried again; it does not stop the start. */
  static async open(config: TerminalConfig, world: SimulatedWorld | undefined, clock: Clock): Promise<Hardware> {
    const hardware = new Hardware(config, world, clock);
    for (const board of config.boards) hardware.#boards.set(board.id, await hardware.#openBoard(board));
    return hardware;
  }

  strike(door: DoorConfig): Strike {
    const board = this.#boards.get(door.board);
    assert(board !== undefined, 'the configuration was checked: every door has a board');
    return board.strike(door.channel);
  }

  /** Boards that leave the timing of a pulse to this program: a watchdog must restart it. */
  get boardsWithoutPulses(): readonly RelayBoard[] {
    return [...this.#boards.values()].filter(({ timesPulses }) => !timesPulses);
  }

  inputs(door: DoorConfig): DoorInputs {
    if (door.inputs.driver === 'none') return noInputs(door.id);
    return this.#simulated().inputs(door);
  }

  reader(accessPoint: {
    readonly id: AccessPointId;
    readonly reader: { readonly driver: 'simulated' | 'none' };
  }): CardReader {
    return accessPoint.reader.driver === 'none'
      ? new NoReader(accessPoint.id)
      : this.#simulated().reader(accessPoint.id);
  }

  /** @throws Fault `camera` where the recording cannot be played. */
  async camera(accessPoint: TerminalConfig['accessPoints'][number]): Promise<Camera | undefined> {
    const { camera, id } = accessPoint;
    switch (camera.driver) {
      case 'none':
        return undefined;
      case 'simulated':
        return this.#simulated().openCamera(accessPoint.id);
      case 'replay':
        return openReplayCamera({
          name: `replay at ${id}`,
          path: camera.path,
          framesPerSecond: camera.framesPerSecond,
          clock: this.#clock,
        });
    }
  }

  /** Ends every pulse and lets go of every line. */
  async close(): Promise<void> {
    await Promise.all([...this.#boards.values()].map((board) => board.close()));
  }

  async #openBoard(board: BoardConfig): Promise<RelayBoard> {
    if (board.driver === 'simulated') return this.#simulated().board(board);
    if (this.#config.simulated) refuseRealLine(board.path);
    return openLcusBoard({ name: board.id, path: board.path, channels: board.channels, clock: this.#clock });
  }

  #simulated(): SimulatedWorld {
    assert(
      this.#world !== undefined,
      'the configuration was checked: simulated drivers stand only in a simulated gate',
    );
    return this.#world;
  }
}

/** Made-up faces never move a real strike. @throws Fault `config` */
function refuseRealLine(path: string): void {
  if (PSEUDO_TERMINAL.test(whereTo(path))) return;
  const expected = 'a pseudo-terminal: simulated cameras and readers are refused beside a real strike';
  throw new Fault('config', { thing: 'boards.path under --simulated', found: path, expected });
}

function whereTo(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    try {
      // A line that is down: its link still says what it was.
      return readlinkSync(path);
    } catch {
      return path;
    }
  }
}
