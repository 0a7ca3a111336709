import type { FivePoints, MeasuredFace } from '#core/biometrics/face.ts';
import { exposureOf } from '../images/exposure.ts';
import type { Encoding, Picture } from '../images/picture.ts';
import type { Planes } from '../images/resample.ts';
import { laplacianVariance } from '../images/sharpness.ts';
import { ALIGNED_SIDE, ARCFACE_TEMPLATE, fitSimilarity, type Similarity } from '../images/similarity.ts';
import { Warper } from '../images/warp.ts';
import type { Region } from '../workingMemory.ts';

/** The middle of an aligned face: skin, eyes and mouth, with little of hair and background. */
const FACE_AREA = { left: 16, top: 24, right: 96, bottom: 108 };
const GREY_LEVELS: Encoding = { colour: 'grey', subtract: [0], divide: [1] };

/** Judges sharpness and light on the aligned face, so that neither depends on how large the face is in the frame. */
export class Appearance {
  readonly #region: Region;
  readonly #planes: Planes;
  readonly #warper: Warper;
  readonly #placed: Similarity = { a: 1, b: 0, dx: 0, dy: 0 };

  constructor(region: Region) {
    this.#region = region;
    this.#planes = { width: ALIGNED_SIDE, height: ALIGNED_SIDE, values: region.floats(ALIGNED_SIDE * ALIGNED_SIDE) };
    this.#warper = new Warper(this.#planes, GREY_LEVELS);
  }

  judge(picture: Picture, points: FivePoints): Pick<MeasuredFace, 'sharpness' | 'exposure'> {
    try {
      fitSimilarity(points, ARCFACE_TEMPLATE, this.#placed);
      this.#warper.draw(picture, this.#placed);
      const { values, width, height } = this.#planes;
      return { sharpness: laplacianVariance(values, width, height), exposure: exposureOf(values, width, FACE_AREA) };
    } finally {
      this.#region.overwrite();
    }
  }
}
