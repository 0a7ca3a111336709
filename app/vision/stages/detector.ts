import type { Face } from '#core/biometrics/face.ts';
import { NonMaximumSuppression } from '../images/nonMaximum.ts';
import type { Picture } from '../images/picture.ts';
import { CroppedModel, type ModelParts } from './croppedModel.ts';

/** Faces that one frame can give; the best stay. */
export const FACES_MAX = 64;
/** Two boxes with more than this intersection over union are the same face. */
const OVERLAP_MAX = 0.4;
/** Of the two scores of a box: 0 is background, 1 is a face. */
const FACE_CLASS = 1;
const CLASSES = 2;

/** Finds faces in the whole frame, stretched to the model's input. */
export class Detector {
  readonly model: CroppedModel;
  readonly #scoreMin: number;
  readonly #suppression = new NonMaximumSuppression();
  readonly #kept = new Int32Array(FACES_MAX);

  /** @param scoreMin least score of a face, 0..1 */
  constructor(parts: ModelParts, scoreMin: number) {
    this.model = new CroppedModel(parts);
    this.#scoreMin = scoreMin;
  }

  /** Faces from the best score down. */
  async find(picture: Picture): Promise<readonly Face[]> {
    const { width, height } = picture;
    return this.model.show(picture, { x: 0, y: 0, width, height }, () => this.#faces(picture));
  }

  #faces(picture: Picture): readonly Face[] {
    const values = this.model.output('scores');
    const boxes = this.model.output('boxes');
    const scores = { values, stride: CLASSES, offset: FACE_CLASS, least: this.#scoreMin };
    const count = this.#suppression.select(boxes, scores, { kept: this.#kept, overlapMax: OVERLAP_MAX });
    const faces: Face[] = [];
    for (let i = 0; i < count; i++) {
      const face = this.#face(this.#kept[i]!, picture);
      if (face.box.width > 0 && face.box.height > 0) faces.push(face);
    }
    return faces;
  }

  #face(index: number, { width, height }: Picture): Face {
    const corners = this.model.output('boxes');
    const x = corners[index * 4]! * width;
    const y = corners[index * 4 + 1]! * height;
    const box = { x, y, width: corners[index * 4 + 2]! * width - x, height: corners[index * 4 + 3]! * height - y };
    return { box, score: this.model.output('scores')[index * CLASSES + FACE_CLASS]! };
  }
}
