import type { FivePoints } from '#core/biometrics/face.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Picture } from '../images/picture.ts';
import { ARCFACE_TEMPLATE, fitSimilarity, type Similarity } from '../images/similarity.ts';
import { Warper } from '../images/warp.ts';
import { Model } from '../models/model.ts';
import type { Region } from '../workingMemory.ts';
import type { ModelParts } from './croppedModel.ts';

/** Turns an aligned face into features. */
export class FeatureExtractor {
  readonly model: Model;
  readonly #region: Region;
  readonly #warper: Warper;
  readonly #placed: Similarity = { a: 1, b: 0, dx: 0, dy: 0 };

  constructor({ spec, session, region }: ModelParts) {
    this.model = new Model(spec, session, region);
    this.#region = region;
    this.#warper = new Warper(this.model.planes, this.model.encoding);
  }

  /** Writes the features, 512 numbers of length 1, into `into`, which is left as it is where this throws. */
  async extract(picture: Picture, points: FivePoints, into: Float32Array | Float64Array): Promise<void> {
    try {
      fitSimilarity(points, ARCFACE_TEMPLATE, this.#placed);
      this.#warper.draw(picture, this.#placed);
      await this.model.run();
      const feature = this.model.output('feature');
      const length = lengthOf(feature);
      if (!(length > 0 && length < Infinity)) {
        const found = `features of length ${length}`;
        throw new Fault('model', { thing: this.model.spec.file, found, expected: 'a positive length' });
      }
      for (let i = 0; i < feature.length; i++) into[i] = feature[i]! / length;
    } finally {
      this.#region.overwrite();
    }
  }
}

function lengthOf(values: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! * values[i]!;
  return Math.sqrt(squares);
}
