/** Boxes as corners, four numbers each: left, top, right, bottom. */
export type Corners = Float32Array;

/** Boxes above the threshold that are looked at, best first; a crowd has some tens, noise could have thousands. */
export const CANDIDATES_MAX = 512;

/** Picks the best boxes of those that overlap. Keeps its index between calls. */
export class NonMaximumSuppression {
  readonly #order = new Int32Array(CANDIDATES_MAX);

  /**
   * Writes the indices of the boxes that stay into `kept`, best first, and returns how many they are.
   * @param scores `stride` numbers a box, of which the one at `offset` counts; a box under `least` is left out
   * @param overlapMax two boxes with a larger intersection over union are one
   */
  select(
    boxes: Corners,
    scores: { readonly values: Float32Array; readonly stride: number; readonly offset: number; readonly least: number },
    into: { readonly kept: Int32Array; readonly overlapMax: number },
  ): number {
    const candidates = this.#sort(scores);
    let kept = 0;
    for (let i = 0; i < candidates && kept < into.kept.length; i++) {
      const box = this.#order[i]!;
      let stays = true;
      for (let k = 0; k < kept && stays; k++) stays = cornerOverlap(boxes, into.kept[k]!, box) <= into.overlapMax;
      if (stays) into.kept[kept++] = box;
    }
    return kept;
  }

  /** Insertion into a short sorted list: candidates are few, and nothing is allocated. */
  #sort(scores: { values: Float32Array; stride: number; offset: number; least: number }): number {
    const { values, stride, offset, least } = scores;
    const order = this.#order;
    const boxes = values.length / stride;
    let count = 0;
    for (let box = 0; box < boxes; box++) {
      const score = values[box * stride + offset]!;
      if (!(score >= least)) continue;
      if (count === CANDIDATES_MAX && score <= values[order[count - 1]! * stride + offset]!) continue;
      let place = count < CANDIDATES_MAX ? count++ : count - 1;
      for (; place > 0 && values[order[place - 1]! * stride + offset]! < score; place--)
        order[place] = order[place - 1]!;
      order[place] = box;
    }
    return count;
  }
}

/** Intersection over union of boxes `a` and `b`; NaN corners count as overlapping nothing. */
export function cornerOverlap(boxes: Corners, a: number, b: number): number {
  const i = a * 4;
  const k = b * 4;
  const width = Math.min(boxes[i + 2]!, boxes[k + 2]!) - Math.max(boxes[i]!, boxes[k]!);
  const height = Math.min(boxes[i + 3]!, boxes[k + 3]!) - Math.max(boxes[i + 1]!, boxes[k + 1]!);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  const areaA = (boxes[i + 2]! - boxes[i]!) * (boxes[i + 3]! - boxes[i + 1]!);
  const areaB = (boxes[k + 2]! - boxes[k]!) * (boxes[k + 3]! - boxes[k + 1]!);
  return shared / (areaA + areaB - shared);
}
