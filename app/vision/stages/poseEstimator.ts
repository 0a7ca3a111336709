import type { Box, MeasuredFace } from '#core/biometrics/face.ts';
import type { Picture } from '../images/picture.ts';
import { Resampler } from '../images/resample.ts';
import { softmaxExpectation } from '../images/softmax.ts';
import { Model, type LoadedSession } from '../models/model.ts';
import type { ModelSpec } from '../models/modelsFile.ts';
import type { Region } from '../workingMemory.ts';

/** How much the box is widened on each side, in its own widths and heights. */
const WIDENED = 0.25;
/** A bin is three degrees wide, the first one at -99. */
const DEGREES_A_BIN = 3;
const DEGREES_AT_FIRST = -99;

/** Measures which way a head is turned. */
export class PoseEstimator {
  readonly model: Model;
  readonly #region: Region;
  readonly #resampler: Resampler;

  constructor(spec: ModelSpec, session: LoadedSession, region: Region) {
    this.model = new Model(spec, session, region);
    this.#region = region;
    this.#resampler = new Resampler(this.model.planes, this.model.encoding, region);
  }

  async estimate(picture: Picture, box: Box): Promise<MeasuredFace['pose']> {
    try {
      this.#resampler.stretch(picture, {
        x: box.x - WIDENED * box.width,
        y: box.y - WIDENED * box.height,
        width: (1 + 2 * WIDENED) * box.width,
        height: (1 + 2 * WIDENED) * box.height,
      });
      await this.model.run();
      return { yaw: this.#degrees('yaw'), pitch: this.#degrees('pitch'), roll: this.#degrees('roll') };
    } finally {
      this.#region.overwrite();
    }
  }

  #degrees(angle: 'yaw' | 'pitch' | 'roll'): number {
    return softmaxExpectation(this.model.output(angle)) * DEGREES_A_BIN + DEGREES_AT_FIRST;
  }
}
