import type { Box } from '#core/biometrics/face.ts';
import type { Picture } from '../images/picture.ts';
import { Resampler } from '../images/resample.ts';
import { Model, type LoadedSession } from '../models/model.ts';
import type { ModelSpec } from '../models/modelsFile.ts';
import type { Region } from '../workingMemory.ts';

export interface ModelParts {
  readonly spec: ModelSpec;
  readonly session: LoadedSession;
  /** Of this model alone. */
  readonly region: Region;
}

/** A model that is shown a piece of the frame, stretched to its input. */
export class CroppedModel {
  readonly #model: Model;
  readonly #region: Region;
  readonly #resampler: Resampler;

  constructor({ spec, session, region }: ModelParts) {
    this.#model = new Model(spec, session, region);
    this.#region = region;
    this.#resampler = new Resampler(this.#model.planes, this.#model.encoding, region);
  }

  /** What `read` makes of the outputs; they and the input are overwritten behind it, also where something throws. */
  async show<Seen>(picture: Picture, crop: Box, read: () => Seen): Promise<Seen> {
    try {
      this.#resampler.stretch(picture, crop);
      await this.#model.run();
      return read();
    } finally {
      this.#region.overwrite();
    }
  }

  /** As `Model` has it; for `read`. */
  output(name: string): Float32Array {
    return this.#model.output(name);
  }

  release(): Promise<void> {
    return this.#model.release();
  }
}
