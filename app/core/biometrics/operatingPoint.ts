/** The numbers at which the models are run, from models.json; all scores as the models give them. */
export interface OperatingPoint {
  readonly detection: {
    /** Least detector score, 0..1. */
    readonly scoreMin: number;
  };
  readonly pad: {
    /** Least mean of the live scores of a presentation. */
    readonly meanMin: number;
    /** No single frame may be under this. */
    readonly frameMin: number;
  };
  readonly identification: IdentificationPoint;
  readonly verification: {
    /** Least cosine to the one claimed person (1:1). */
    readonly threshold: number;
  };
}

export interface IdentificationPoint {
  /** Least cosine of the averaged probe to the first candidate (1:N). */
  readonly threshold: number;
  /** Least distance in cosine from the first to the second person. */
  readonly margin: number;
  /** How many of the frames considered must each reach the threshold with the same person. */
  readonly framesAgreeing: number;
  readonly framesConsidered: number;
  /** Measured false-positive identification rate at this threshold, by number of people enrolled; ascending. */
  readonly fpirByGallerySize: readonly { readonly people: number; readonly fpir: number }[];
}

/**
 * The FPIR to expect with `people` in the gallery, never understated. Up to the largest measured size it is the rate
 * measured at the next size above: scaling that down in proportion would understate, because some people resemble many
 * and the rate grows more slowly than the gallery. Beyond the largest size, for the same reason, every comparison is
 * taken to carry the rate measured there. Without a usable measurement it is 1.
 */
export function expectedFpir(operating: IdentificationPoint, people: number): number {
  if (people === 0) return 0;
  const sizes = operating.fpirByGallerySize;
  const measured = sizes.find((entry) => entry.people >= people) ?? sizes.at(-1);
  if (measured === undefined || !(measured.people > 0 && measured.fpir >= 0 && measured.fpir <= 1)) return 1;
  // A size within the table has its rate as it was measured: rounding must not lift it over a limit that it meets.
  if (people <= measured.people) return measured.fpir;
  const perComparison = Math.log1p(-measured.fpir) / measured.people;
  return Math.max(measured.fpir, -Math.expm1(people * perComparison));
}
