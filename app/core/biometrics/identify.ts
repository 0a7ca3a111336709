import type { Pseudonym } from '../kernel/ids.ts';
import type { CandidateList } from './gallery.ts';
import type { IdentificationPoint, OperatingPoint } from './operatingPoint.ts';

export type Identification =
  | { readonly kind: 'match'; readonly pseudonym: Pseudonym; readonly cosine: number }
  | { readonly kind: 'no-match' }
  | { readonly kind: 'ambiguous' };

/** What one presentation gives to identify with. */
export interface PresentationCandidates {
  /** For the averaged probe: at least the two best people. */
  readonly averaged: CandidateList;
  /** For each frame: the cosine of its own probe to the first person of `averaged`. */
  readonly framesToFirst: readonly number[];
}

/**
 * 1:N. The first must reach the threshold, stand clear of the second, and be seen in enough single frames. A tie is
 * ambiguous even where the margin is 0: the order of the gallery must not choose between two people.
 */
export function identify(candidates: PresentationCandidates, operating: IdentificationPoint): Identification {
  const [first, second] = candidates.averaged;
  if (first === undefined || !(first.cosine >= operating.threshold)) return { kind: 'no-match' };
  if (second !== undefined && !standsClear(first.cosine - second.cosine, operating.margin))
    return { kind: 'ambiguous' };
  const agreeing = candidates.framesToFirst.filter((cosine) => cosine >= operating.threshold).length;
  if (!(agreeing >= operating.framesAgreeing)) return { kind: 'no-match' };
  return { kind: 'match', pseudonym: first.pseudonym, cosine: first.cosine };
}

const standsClear = (distance: number, margin: number): boolean => distance > 0 && distance >= margin;

/** 1:1, against the person that a card has named. */
export function verify(claimed: Pseudonym, cosine: number, operating: OperatingPoint['verification']): Identification {
  return cosine >= operating.threshold ? { kind: 'match', pseudonym: claimed, cosine } : { kind: 'no-match' };
}
