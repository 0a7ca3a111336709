import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Box } from '#core/biometrics/face.ts';
import { Fault } from '#core/kernel/fault.ts';
import { createJpegDecoder, type JpegDecoder } from '#drivers/camera/jpeg.ts';
import type { RgbPicture } from '#drivers/camera/scenes.ts';
import { readDemonstration } from '#service/simulated/demonstration.ts';
import { readCollection } from '../../evaluation/collection.ts';
import type { Eyes } from '../../traces/eyes.ts';

/** Scenes of the demonstration that show the person who is enrolled. */
const ENROLLED = /^enrolled/;

/** One person's face in one photograph. */
export interface Photograph {
  readonly person: string;
  readonly file: string;
  /** Where the face is; it is looked for where nobody has said. */
  readonly face?: Box;
}

/** What variations are made of. */
export interface Portrait {
  readonly picture: RgbPicture;
  readonly face: Box;
}

/**
 * Faces of people who are not enrolled: of a labelled folder as `evaluate` reads it, or those of the demonstration.
 * @throws Fault `picture` for a folder that holds something else
 */
export function photographsOf(folder: string | undefined, pictures: string): readonly Photograph[] {
  if (folder !== undefined) {
    const { gallery, impostors } = readCollection(folder);
    return [...gallery, ...impostors].flatMap((person) =>
      person.pictures.map((file) => ({ person: person.name, file })),
    );
  }
  return readDemonstration()
    .scenes.filter(({ id }) => !ENROLLED.test(id))
    .map(({ id, picture, face }) => ({ person: id, file: join(pictures, picture), face }));
}

/** Photographs as they are needed, each decoded and looked at once; those without a face are passed over. */
export class Portraits implements Disposable {
  readonly #photographs: readonly Photograph[];
  readonly #eyes: Eyes;
  readonly #decoder: JpegDecoder;
  readonly #known = new Map<number, Portrait | undefined>();

  private constructor(photographs: readonly Photograph[], eyes: Eyes, decoder: JpegDecoder) {
    this.#photographs = photographs;
    this.#eyes = eyes;
    this.#decoder = decoder;
  }

  static async open(photographs: readonly Photograph[], eyes: Eyes): Promise<Portraits> {
    return new Portraits(photographs, eyes, await createJpegDecoder());
  }

  get photographs(): number {
    return this.#photographs.length;
  }

  get people(): number {
    return new Set(this.#photographs.map(({ person }) => person)).size;
  }

  /** The one whose turn it is; photographs come round again and again. @throws Fault `picture` where none shows a face */
  async inTurn(turn: number): Promise<Portrait> {
    for (let i = 0; i < this.#photographs.length; i++) {
      const portrait = await this.#portrait((turn + i) % this.#photographs.length);
      if (portrait !== undefined) return portrait;
    }
    const found = `${this.#photographs.length} photographs without any`;
    throw new Fault('picture', { thing: 'photographs', found, expected: 'a face' });
  }

  [Symbol.dispose](): void {
    this.#decoder[Symbol.dispose]();
  }

  async #portrait(index: number): Promise<Portrait | undefined> {
    if (!this.#known.has(index)) this.#known.set(index, await this.#lookAt(this.#photographs[index]!));
    return this.#known.get(index);
  }

  async #lookAt({ file, face }: Photograph): Promise<Portrait | undefined> {
    const { width, height, rgb } = this.#decoder.decode(readFileSync(file), file);
    const picture = { width, height, rgb };
    if (face !== undefined) return { picture, face };
    const seen = await this.#eyes.see({ width, height, pixels: rgb });
    return seen === undefined ? undefined : { picture, face: seen.face.box };
  }
}
