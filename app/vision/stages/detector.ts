import type { Face } from '#core/biometrics/face.ts';
import { NonMaximumSuppression } from '../images/nonMaximum.ts';
import type { Picture } from '../images/picture.ts';
import { Resampler } from '../images/resample.ts';
import { Model, type LoadedSession } from '../models/model.ts';
import type { ModelSpec } from '../models/modelsFile.ts';
import type { Region } from '../workingMemory.ts';

/** Faces that one frame can give; the best stay. */
export const FACES_MAX = 64;
/** Two boxes with more than this intersection over union are the same face. */
const OVERLAP_MAX = 0.4;
/** Of the two scores of a box: 0 is background, 1 is a face. */
const FACE_CLASS = 1;
const CLASSES = 2;

/** Finds faces in the whole frame, stretched to the model's input. */
export class Detector {
  readonly model: Model;
  readonly #scoreMin: number;
  readonly #region: Region;
  readonly #resampler: Resampler;
  readonly #suppression = new NonMaximumSuppression();
  readonly #kept = new Int32Array(FACES_MAX);

  constructor(made: { spec: ModelSpec; session: LoadedSession; region: Region; scoreMin: number }) {
    this.model = new Model(made.spec, made.session, made.region);
    this.#scoreMin = made.scoreMin;
    this.#region = made.region;
    this.#resampler = new Resampler(this.model.planes, this.model.encoding, made.region);
  }

  /** Faces from the best score down. */
  async find(picture: Picture): Promise<readonly Face[]> {
    const { width, height } = picture;
    try {
      this.#resampler.stretch(picture, { x: 0, y: 0, width, height });
      await this.model.run();
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
    } finally {
      this.#region.overwrite();
    }
  }

  #face(index: number, { width, height }: Picture): Face {
    const corners = this.model.output('boxes');
    const x = corners[index * 4]! * width;
    const y = corners[index * 4 + 1]! * height;
    const box = { x, y, width: corners[index * 4 + 2]! * width - x, height: corners[index * 4 + 3]! * height - y };
    return { box, score: this.model.output('scores')[index * CLASSES + FACE_CLASS]! };
  }
}
