import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoorConfig } from '#core/config/terminalConfig.ts';
import type { AccessPointId, DoorId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { RelayBoard } from '#core/ports/hardware.ts';
import { SimulatedCamera, type Scene } from '#drivers/camera/simulatedCamera.ts';
import { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import { SimulatedReader } from '#drivers/reader/simulatedReader.ts';
import { openLcusBoard } from '#drivers/relay/lcusBoard.ts';
import { LcusEmulator } from '#drivers/relay/lcusEmulator.ts';
import { makeLinesFolder } from './linesFolder.ts';
import { prepareScenes } from './prepareScenes.ts';
import type { SceneTask } from './sceneThread.ts';

/**
 * Everything around a simulated gate: who stands before the camera, cards, doors, and boards at the far end of real
 * serial lines. The gate knows of it only through its ports.
 */
export class SimulatedWorld {
  readonly #clock: Clock;
  readonly #scenes: SceneTask;
  #prepared: Promise<readonly Scene[]> | undefined;
  readonly #folder: string;
  readonly #cameras = new Map<AccessPointId, SimulatedCamera>();
  readonly #readers = new Map<AccessPointId, SimulatedReader>();
  readonly #inputs = new Map<DoorId, SimulatedInputs>();
  readonly #boards = new Map<string, LcusEmulator>();

  private constructor(clock: Clock, scenes: SceneTask, folder: string) {
    this.#clock = clock;
    this.#scenes = scenes;
    this.#folder = folder;
  }

  /** Nothing is slow here, so that the doors are driven first; the scenes are cut out when a camera is asked for. */
  static async create(scenes: SceneTask, clock: Clock): Promise<SimulatedWorld> {
    return new SimulatedWorld(clock, scenes, await makeLinesFolder(tmpdir()));
  }

  async board(config: { readonly id: string; readonly channels: number }): Promise<RelayBoard> {
    const folder = join(this.#folder, config.id);
    await mkdir(folder);
    const emulator = await LcusEmulator.open({ folder, channels: config.channels, clock: this.#clock });
    this.#boards.set(config.id, emulator);
    return openLcusBoard({
      name: config.id,
      path: emulator.path,
      channels: asLcus(config.channels),
      clock: this.#clock,
    });
  }

  inputs(door: Pick<DoorConfig, 'id' | 'inputs'>): SimulatedInputs {
    return kept(this.#inputs, door.id, () => new SimulatedInputs(door.id, door.inputs.fitted));
  }

  reader(accessPoint: AccessPointId): SimulatedReader {
    return kept(this.#readers, accessPoint, () => new SimulatedReader(accessPoint));
  }

  /** Cuts the scenes out of their photographs the first time. @throws Fault `picture` */
  async openCamera(accessPoint: AccessPointId): Promise<SimulatedCamera> {
    this.#prepared ??= prepareScenes(this.#scenes);
    const scenes = await this.#prepared;
    const name = `simulated camera at ${accessPoint}`;
    return kept(this.#cameras, accessPoint, () => new SimulatedCamera({ name, scenes, clock: this.#clock }));
  }

  /** A camera that was opened; undefined where another one looks there, or none. */
  camera(accessPoint: AccessPointId): SimulatedCamera | undefined {
    return this.#cameras.get(accessPoint);
  }

  /** The board's far end; undefined for a board that is not of this world. */
  emulator(board: string): LcusEmulator | undefined {
    return this.#boards.get(board);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#boards.values()].map((board) => board.close()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function asLcus(channels: number): 1 | 2 | 4 | 8 {
  return channels <= 1 ? 1 : channels <= 2 ? 2 : channels <= 4 ? 4 : 8;
}

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
