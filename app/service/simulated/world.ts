import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoorConfig } from '#core/config/terminalConfig.ts';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { AccessPointId, DoorId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { RelayBoard } from '#core/ports/hardware.ts';
import { createJpegDecoder } from '#drivers/camera/jpeg.ts';
import { sceneFromPicture } from '#drivers/camera/scenes.ts';
import { SimulatedCamera, type Scene } from '#drivers/camera/simulatedCamera.ts';
import { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import { SimulatedReader } from '#drivers/reader/simulatedReader.ts';
import { openLcusBoard } from '#drivers/relay/lcusBoard.ts';
import { LcusEmulator } from '#drivers/relay/lcusEmulator.ts';
import type { Demonstration } from './demonstration.ts';

/**
 * Everything around a simulated gate: who stands before the camera, cards, doors, and boards at the far end of real
 * serial lines. The gate knows of it only through its ports.
 */
export class SimulatedWorld {
  readonly #clock: Clock;
  readonly #scenes: readonly Scene[];
  readonly #folder: string;
  readonly #cameras = new Map<AccessPointId, SimulatedCamera>();
  readonly #readers = new Map<AccessPointId, SimulatedReader>();
  readonly #inputs = new Map<DoorId, SimulatedInputs>();
  readonly #boards = new Map<string, LcusEmulator>();

  private constructor(clock: Clock, scenes: readonly Scene[], folder: string) {
    this.#clock = clock;
    this.#scenes = scenes;
    this.#folder = folder;
  }

  /** @param picturesFolder where the demonstration's photographs lie */
  static async create(demonstration: Demonstration, picturesFolder: string, clock: Clock): Promise<SimulatedWorld> {
    using decoder = await createJpegDecoder();
    const scenes: Scene[] = [];
    for (const { id, picture, face, turnDegrees } of demonstration.scenes) {
      const bytes = await readPicture(join(picturesFolder, picture));
      using decoded = decoder.decode(bytes, picture);
      scenes.push({ id, picture: sceneFromPicture(decoded, face, turnDegrees === undefined ? {} : { turnDegrees }) });
    }
    return new SimulatedWorld(clock, scenes, await mkdtemp(join(tmpdir(), 'lintel-lines-')));
  }

  async board(config: { readonly id: string; readonly channels: number }): Promise<RelayBoard> {
    const emulator = await LcusEmulator.open({ folder: this.#folder, channels: config.channels, clock: this.#clock });
    this.#boards.set(config.id, emulator);
    return openLcusBoard({ name: config.id, path: emulator.path, channels: asLcus(config.channels), clock: this.#clock });
  }

  inputs(door: DoorConfig): SimulatedInputs {
    return kept(this.#inputs, door.id, () => new SimulatedInputs(door.id, door.inputs.fitted));
  }

  reader(accessPoint: AccessPointId): SimulatedReader {
    return kept(this.#readers, accessPoint, () => new SimulatedReader(accessPoint));
  }

  camera(accessPoint: AccessPointId): SimulatedCamera {
    return kept(this.#cameras, accessPoint, () => this.#newCamera(accessPoint));
  }

  /** The board's far end. */
  emulator(board: string): LcusEmulator {
    const emulator = this.#boards.get(board);
    assert(emulator !== undefined, `a board ${board} is simulated`);
    return emulator;
  }

  #newCamera(accessPoint: AccessPointId): SimulatedCamera {
    return new SimulatedCamera({ name: `simulated camera at ${accessPoint}`, scenes: this.#scenes, clock: this.#clock });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#boards.values()].map((board) => board.close()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function readPicture(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Fault('picture', { thing: file, found: 'no picture', expected: 'the photograph, put there by the setup' }, cause);
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
