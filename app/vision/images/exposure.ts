/** Grey levels at and beyond which a pixel says nothing: black, and blown out. */
export const BLACK_MAX = 4;
export const BLOWN_OUT_MIN = 251;

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Mean grey and share of clipped pixels in `area` (before `right` and `bottom`) of a grey picture. */
export function exposureOf(
  grey: Float32Array,
  width: number,
  area: Area,
): { readonly mean: number; readonly clippedShare: number } {
  let sum = 0;
  let clipped = 0;
  for (let y = area.top; y < area.bottom; y++) {
    for (let i = y * width + area.left; i < y * width + area.right; i++) {
      const value = grey[i]!;
      sum += value;
      if (value <= BLACK_MAX || value >= BLOWN_OUT_MIN) clipped++;
    }
  }
  const count = (area.right - area.left) * (area.bottom - area.top);
  return { mean: sum / count, clippedShare: clipped / count };
}
