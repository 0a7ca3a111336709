import type { Box, MeasuredFace } from '#core/biometrics/face.ts';
import type { Picture } from '../images/picture.ts';
import { softmaxExpectation } from '../images/softmax.ts';
import { CroppedModel, type ModelParts } from './croppedModel.ts';

/** How much the box is widened on each side, in its own widths and heights. */
const WIDENED = 0.25;
/** A bin is three degrees wide, the first one at -99. */
const DEGREES_A_BIN = 3;
const DEGREES_AT_FIRST = -99;

/** Measures which way a head is turned. */
export class PoseEstimator {
  readonly model: CroppedModel;

  constructor(parts: ModelParts) {
    this.model = new CroppedModel(parts);
  }

  async estimate(picture: Picture, box: Box): Promise<MeasuredFace['pose']> {
    const widened = {
      x: box.x - WIDENED * box.width,
      y: box.y - WIDENED * box.height,
      width: (1 + 2 * WIDENED) * box.width,
      height: (1 + 2 * WIDENED) * box.height,
    };
    return this.model.show(picture, widened, () => ({
      yaw: this.#degrees('yaw'),
      pitch: this.#degrees('pitch'),
      roll: this.#degrees('roll'),
    }));
  }

  #degrees(angle: 'yaw' | 'pitch' | 'roll'): number {
    return softmaxExpectation(this.model.output(angle)) * DEGREES_A_BIN + DEGREES_AT_FIRST;
  }
}
