import type { OperatingPoint } from './operatingPoint.ts';

/** Presentation attack detection of one frame: 0 is an attack, 1 a living face. */
export interface PadScore {
  readonly live: number;
}

export type PadVerdict = { readonly kind: 'bona-fide' } | { readonly kind: 'attack-suspected' };

/** Judges the frames of one presentation together. No frame at all is an attack: deny is the default. */
export function judgePad(scores: readonly PadScore[], pad: OperatingPoint['pad']): PadVerdict {
  let sum = 0;
  for (const { live } of scores) {
    if (!(live >= pad.frameMin)) return { kind: 'attack-suspected' };
    sum += live;
  }
  return scores.length > 0 && sum / scores.length >= pad.meanMin ? { kind: 'bona-fide' } : { kind: 'attack-suspected' };
}
