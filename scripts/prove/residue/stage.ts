import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { emptyPlace } from '#drivers/camera/emptyPlace.ts';
import { programFolders, readModels } from '#service/readConfig.ts';
import type { ModelsFile } from '#vision/models/modelsFile.ts';
import { ROOT } from '../../bench/benchFolder.ts';
import { seededRandom } from '../../evaluation/chance.ts';
import { Eyes } from '../../traces/eyes.ts';
import { jpegEncoder } from '../../traces/jpegEncoder.ts';
import { confinedTo, type Confinement } from './confined.ts';
import { GateUnderWatch, type CameraDriver, type Preview } from './gateUnderWatch.ts';
import { putBeforeCamera, type Decided, type Way } from './passage.ts';
import { PassageLink } from './passageLink.ts';
import { photographsOf, Portraits } from './photographs.ts';
import { ShownFaces, type ShownFace } from './shownFaces.ts';
import { addTraces, KINDS } from './traces.ts';
import { FRAME } from './variation.ts';
import { Windows } from './windows.ts';

export interface StageParts {
  /** Empty; everything lies below it. */
  readonly folder: string;
  readonly seed: number;
  readonly preview: Preview;
  readonly camera: CameraDriver;
  /** Labelled photographs, in place of those of the demonstration. */
  readonly faces?: string | undefined;
}

export interface Passed {
  readonly way: Way;
  readonly decided: Decided;
}

export interface Crowd {
  readonly count: number;
  /** Where the gate listens. */
  readonly port: number;
  readonly wayOf: (index: number) => Way;
  /** Where what is looked for of these faces is kept. */
  readonly windows?: Windows;
}

/**
 * Everything around the gate that is watched: its own folder, that of its screen, the pictures that its camera reads and
 * that it cannot write to, faces to put there, and what is looked for afterwards.
 */
export class Stage implements AsyncDisposable {
  readonly windows = new Windows(KINDS);
  readonly gate: GateUnderWatch;
  readonly screenFolder: string;
  readonly confinement: Confinement;
  readonly portraits: Portraits;
  readonly #pictures: string;
  readonly #aside: string;
  readonly #empty: Uint8Array;
  readonly #eyes: Eyes;
  readonly #faces: ShownFaces;

  private constructor(parts: {
    folder: string;
    gate: GateUnderWatch;
    eyes: Eyes;
    faces: ShownFaces;
    portraits: Portraits;
    empty: Uint8Array;
  }) {
    const { folder, gate, eyes, faces, portraits, empty } = parts;
    this.gate = gate;
    this.portraits = portraits;
    this.screenFolder = join(folder, 'screen');
    this.confinement = confinedTo(gate.folder);
    this.#pictures = join(folder, 'pictures');
    this.#aside = join(folder, 'aside');
    this.#empty = empty;
    this.#eyes = eyes;
    this.#faces = faces;
    putBeforeCamera(this.#pictures, this.#aside, empty);
  }

  /** @throws Fault `picture` for photographs that cannot be used, `model` */
  static async open({ folder, seed, preview, camera, faces: labelled }: StageParts): Promise<Stage> {
    for (const made of ['gate', 'screen', 'pictures', 'aside']) mkdirSync(join(folder, made));
    const program = programFolders(ROOT);
    const models = readModels(program.models);
    const pictures = join(folder, 'pictures');
    const gate = new GateUnderWatch({ folder: join(folder, 'gate'), pictures, preview, camera, models });
    const eyes = await Eyes.open(program.models, models);
    const portraits = await Portraits.open(photographsOf(labelled, program.pictures), eyes);
    const encode = await jpegEncoder();
    const { operating }: ModelsFile = models;
    const random = seededRandom(seed);
    const faces = await ShownFaces.open({ portraits, eyes, encode, config: gate.config, operating, random });
    const wall = new Uint8Array(new SharedArrayBuffer(FRAME.width * FRAME.height * 3));
    emptyPlace(FRAME).draw(wall);
    return new Stage({ folder, gate, eyes, faces, portraits, empty: encode({ ...FRAME, rgb: Uint8Array.from(wall) }) });
  }

  get through(): readonly string[] {
    return this.confinement.kind === 'confined' ? this.confinement.through : [];
  }

  /**
   * Lets so many faces pass, each made while the one before stands there, and keeps what is to be looked for of them.
   * Settles when the last one has gone.
   */
  async pass({ count, port, wayOf, windows = this.windows }: Crowd): Promise<Passed[]> {
    const { token } = this.gate;
    const start = { folder: this.#pictures, aside: this.#aside, empty: this.#empty, port, token };
    await using passage = await PassageLink.open(start);
    const passed: Passed[] = [];
    let coming = this.next(windows);
    for (let i = 0; i < count; i++) {
      const { jpeg, outline } = await coming;
      const isLast = i + 1 === count;
      const way = isLast ? 'stands there' : wayOf(i);
      const passing = passage.pass({ jpeg, outline, way, isLast });
      if (!isLast) coming = this.next(windows);
      // Told where it is awaited; what stops the passage comes first.
      coming.catch(() => undefined);
      passed.push({ way, decided: await passing });
    }
    return passed;
  }

  /** A face that has not been seen before, and is looked for from now on. */
  async next(windows: Windows): Promise<ShownFace> {
    const face = await this.#faces.next();
    addTraces(windows, face);
    return face;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#faces[Symbol.dispose]();
    this.portraits[Symbol.dispose]();
    await this.#eyes.close();
  }
}
