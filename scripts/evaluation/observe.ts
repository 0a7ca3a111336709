import { readFileSync } from 'node:fs';
import type { Face } from '#core/biometrics/face.ts';
import { judgePad } from '#core/biometrics/pad.ts';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import { assessQuality, type PoorQuality } from '#core/biometrics/quality.ts';
import type { JpegDecoder } from '#drivers/camera/jpeg.ts';
import type { Picture } from '#vision/images/picture.ts';
import type { ModelsFile } from '#vision/models/modelsFile.ts';
import type { Stages } from '#vision/stages/stages.ts';

/** Where nobody is found at the operating point, a face down to this detector score is taken. */
export const RETRY_SCORE_MIN = 0.65;

/** What one picture gave. */
export type Observation =
  | { readonly kind: 'nobody' }
  | {
      readonly kind: 'face';
      readonly feature: Float32Array;
      /** Found only under the operating point's detector score. */
      readonly retried: boolean;
      readonly flaw: PoorQuality | undefined;
      readonly attackSuspected: boolean;
    };

/** Looks at single pictures the way the gate looks at frames. */
export class Observer {
  readonly #decoder: JpegDecoder;
  readonly #stages: Stages;
  readonly #models: ModelsFile;

  /** `stages` must find faces down to RETRY_SCORE_MIN. */
  constructor(made: { decoder: JpegDecoder; stages: Stages; models: ModelsFile }) {
    this.#decoder = made.decoder;
    this.#stages = made.stages;
    this.#models = made.models;
  }

  /** @throws Fault `picture` naming the file where it cannot be decoded */
  async look(path: string): Promise<Observation> {
    using decoded = this.#decoder.decode(readFileSync(path), path);
    const picture: Picture = { width: decoded.width, height: decoded.height, pixels: decoded.rgb };
    const { operating, quality } = this.#models;
    const found = await this.#stages.detect(picture);
    const sure = found.filter(({ score }) => score >= operating.detection.scoreMin);
    const face = largestNearCentre(sure.length > 0 ? sure : found, picture);
    if (face === undefined) return { kind: 'nobody' };
    const measured = await this.#stages.measure(picture, face);
    const pad = await this.#stages.measurePad(picture, face);
    const feature = new Float32Array(FEATURE_LENGTH);
    await this.#stages.extract(picture, measured, feature);
    const judged = assessQuality(measured, quality);
    return {
      kind: 'face',
      feature,
      retried: sure.length === 0,
      flaw: judged.kind === 'poor' ? judged.reason : undefined,
      attackSuspected: judgePad([pad], operating.pad).kind === 'attack-suspected',
    };
  }
}

/** The face with the largest area less twice the squared distance of its centre from the picture's. */
export function largestNearCentre(
  faces: readonly Face[],
  picture: { width: number; height: number },
): Face | undefined {
  const worth = ({ box }: Face): number => {
    const x = box.x + (box.width - picture.width) / 2;
    const y = box.y + (box.height - picture.height) / 2;
    return box.width * box.height - 2 * (x * x + y * y);
  };
  return faces.toSorted((a, b) => worth(b) - worth(a))[0];
}
