import type { Box } from '#core/biometrics/face.ts';
import type { PadScore } from '#core/biometrics/pad.ts';
import type { Picture } from '../images/picture.ts';
import { softmaxOf } from '../images/softmax.ts';
import { CroppedModel, type ModelParts } from './croppedModel.ts';

/** How much of its surroundings the model sees, in widths and heights of the face. */
const SURROUNDINGS = 2.7;
const LIVE_CLASS = 0;

/** Scores how much a face looks like a living one and not like a picture of one. */
export class LivenessScorer {
  readonly model: CroppedModel;

  constructor(parts: ModelParts) {
    this.model = new CroppedModel(parts);
  }

  async score(picture: Picture, box: Box): Promise<PadScore> {
    return this.model.show(picture, surroundings(box, picture), () => ({
      live: softmaxOf(this.model.output('classes'), LIVE_CLASS),
    }));
  }
}

/** The box scaled about its centre as far as the frame has room for it, and shifted to lie inside. */
export function surroundings(box: Box, frame: { readonly width: number; readonly height: number }): Box {
  const scale = Math.min(SURROUNDINGS, frame.width / box.width, frame.height / box.height);
  const width = box.width * scale;
  const height = box.height * scale;
  const x = box.x + (box.width - width) / 2;
  const y = box.y + (box.height - height) / 2;
  return {
    x: Math.min(Math.max(x, 0), frame.width - width),
    y: Math.min(Math.max(y, 0), frame.height - height),
    width,
    height,
  };
}
