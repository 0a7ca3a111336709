import type { BoardConfig, IlluminatorConfig, InputsConfig, ReaderChoice } from '#core/config/hardwareConfig.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { assert } from '#core/kernel/assert.ts';
import type { AccessPointId, DoorId, ReaderId } from '#core/kernel/ids.ts';
import type { Millis } from '#core/kernel/units.ts';
import type { Camera } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { Light } from '#core/ports/light.ts';
import type { CardReader, DoorInputs, RelayBoard, Strike, TypedCards } from '#core/ports/hardware.ts';
import { openReplayCamera } from '#drivers/camera/replayCamera.ts';
import { noInputs } from '#drivers/inputs/noInputs.ts';
import { GpioLight } from '#drivers/light/gpioLight.ts';
import { RelayLight } from '#drivers/light/relayLight.ts';
import { NoReader } from '#drivers/reader/noReader.ts';
import { SerialBoards } from './devices/boards.ts';
import { libcameraCamera } from './devices/libcameraCamera.ts';
import { DoorWires } from './devices/doorWires.ts';
import { Readers, type InstalledReader, type ReadersParts } from './devices/readers.ts';
import { refuseRealLines } from './devices/realLines.ts';
import type { SimulatedWorld } from './simulated/world.ts';

/** What hangs on the terminal, as the configuration names it. */
export class Hardware {
  readonly #boards = new Map<string, RelayBoard>();
  readonly #gpioLights: GpioLight[] = [];
  readonly #config: TerminalConfig;
  readonly #world: SimulatedWorld | undefined;
  readonly #clock: Clock;
  #wires!: DoorWires;
  #readers: Readers | undefined;

  private constructor(config: TerminalConfig, world: SimulatedWorld | undefined, clock: Clock) {
    this.#config = config;
    this.#world = world;
    this.#clock = clock;
  }

  /**
   * Opens every board, and reads every input that ends in one. A board that cannot be reached is down and tried again; it
   * does not stop the start.
   * @throws Fault `config` where a simulated gate would open a real line
   */
  static async open(config: TerminalConfig, world: SimulatedWorld | undefined, clock: Clock): Promise<Hardware> {
    if (config.simulated) refuseRealLines(config);
    const hardware = new Hardware(config, world, clock);
    const serial = new SerialBoards(clock);
    for (const one of config.boards) {
      const board = await hardware.#openBoard(one, serial);
      if (board !== undefined) hardware.#boards.set(one.id, board);
    }
    hardware.#wires = await DoorWires.open(config, serial, clock);
    return hardware;
  }

  /** Readers come behind the doors: their keys lie in the data folder. Lines that are down stop nothing. */
  async openReaders(parts: Omit<ReadersParts, 'config' | 'clock' | 'wires'>): Promise<void> {
    this.#wires.tell(this.#config, parts.health);
    this.#readers = await Readers.open({ ...parts, config: this.#config, clock: this.#clock, wires: this.#wires });
  }

  /** OSDP readers, as an installer sees them. */
  get installedReaders(): readonly InstalledReader[] {
    return this.#readers?.installed ?? [];
  }

  /** Rules of a changed configuration: they may ask other things of readers. */
  adopt(config: TerminalConfig): void {
    this.#readers?.adopt(config);
  }

  /** See `Readers.typedCards`. */
  get typedCards(): TypedCards | undefined {
    return this.#readers?.typedCards;
  }

  /** See `Readers.install`. */
  installReader(reader: ReaderId, forMs: Millis): Promise<void> {
    assert(this.#readers !== undefined, 'readers are installed at a gate that works');
    return this.#readers.install(reader, forMs);
  }

  strike({ board: name, channel }: { readonly board: string; readonly channel: number }): Strike {
    const board = this.#boards.get(name);
    assert(board !== undefined, 'the configuration was checked: every door has a board');
    return board.strike(channel);
  }

  /** Boards that leave the timing of a pulse to this program: a watchdog must restart it. */
  get boardsWithoutPulses(): readonly RelayBoard[] {
    return [...this.#boards.values()].filter(({ timesPulses }) => !timesPulses);
  }

  inputs({ id, inputs }: { readonly id: DoorId; readonly inputs: InputsConfig }): DoorInputs {
    switch (inputs.driver) {
      case 'none':
        return noInputs(id);
      case 'simulated':
        return this.#simulated().inputs({ id, inputs });
      case 'wired':
        return this.#wires.inputs(id, inputs);
    }
  }

  /** Of a gate whose readers were opened. */
  reader({ id, reader }: { readonly id: AccessPointId; readonly reader: ReaderChoice }): CardReader {
    switch (reader.driver) {
      case 'none':
        return new NoReader(id);
      case 'simulated':
        return this.#simulated().reader(id);
      case 'named': {
        const found = this.#readers?.reader(reader.name);
        assert(found !== undefined, 'the configuration was checked: every reader has its access point');
        return found;
      }
    }
  }

  /** @throws Fault `camera` where the recording cannot be played. */
  async camera(accessPoint: TerminalConfig['accessPoints'][number], health?: Health): Promise<Camera | undefined> {
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
      case 'libcamera':
      case 'libcamera-files':
        return libcameraCamera(camera, {
          accessPoint: id,
          clock: this.#clock,
          light: (illuminator) => this.#light(illuminator),
          ...(health !== undefined && { health }),
        });
    }
  }

  /** Ends every pulse and lets go of every line. */
  async close(): Promise<void> {
    for (const light of this.#gpioLights) light.close();
    await Promise.all([...this.#boards.values()].map((board) => board.close()));
    await this.#wires.close();
    await this.#readers?.close();
  }

  #light(illuminator: IlluminatorConfig): Light {
    if (illuminator.kind === 'relay') return new RelayLight(this.strike(illuminator));
    const light = new GpioLight({ ...illuminator, clock: this.#clock });
    this.#gpioLights.push(light);
    return light;
  }

  async #openBoard(board: BoardConfig, serial: SerialBoards): Promise<RelayBoard | undefined> {
    return board.driver === 'simulated' ? this.#simulated().board(board) : serial.board(board);
  }

  #simulated(): SimulatedWorld {
    assert(
      this.#world !== undefined,
      'the configuration was checked: simulated drivers stand only in a simulated gate',
    );
    return this.#world;
  }
}
