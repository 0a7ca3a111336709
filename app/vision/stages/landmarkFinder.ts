import type { Box, FivePoints, Landmark } from '#core/biometrics/face.ts';
import type { Picture } from '../images/picture.ts';
import { CroppedModel, type ModelParts } from './croppedModel.ts';

/** Where the crop lies around a box of side s = sqrt(width * height): as measured with these models. */
const CROP_SIDE = 1.1;
const CROP_LEFT = 0.55;
const CROP_TOP = 0.5;

/** Which of the 68 landmarks make each of the five points, from left to right in the picture. */
const LEFT_EYE = [37, 38, 40, 41];
const RIGHT_EYE = [43, 44, 46, 47];
const NOSE_TIP = [30];
const LEFT_MOUTH = [48, 60];
const RIGHT_MOUTH = [54, 64];

/** Finds eyes, nose and mouth inside a detected box. */
export class LandmarkFinder {
  readonly model: CroppedModel;

  constructor(parts: ModelParts) {
    this.model = new CroppedModel(parts);
  }

  async find(picture: Picture, box: Box): Promise<FivePoints> {
    const side = Math.sqrt(box.width * box.height);
    const crop = {
      x: box.x + box.width / 2 - CROP_LEFT * side,
      y: box.y + box.height / 2 - CROP_TOP * side,
      width: CROP_SIDE * side,
      height: CROP_SIDE * side,
    };
    return this.model.show(picture, crop, () => [
      this.#mean(LEFT_EYE, crop),
      this.#mean(RIGHT_EYE, crop),
      this.#mean(NOSE_TIP, crop),
      this.#mean(LEFT_MOUTH, crop),
      this.#mean(RIGHT_MOUTH, crop),
    ]);
  }

  #mean(indices: readonly number[], crop: Box): Landmark {
    const landmarks = this.model.output('landmarks');
    let x = 0;
    let y = 0;
    for (const index of indices) {
      x += landmarks[2 * index]!;
      y += landmarks[2 * index + 1]!;
    }
    return { x: crop.x + (x / indices.length) * crop.width, y: crop.y + (y / indices.length) * crop.height };
  }
}
