import type { Pseudonym } from '../kernel/ids.ts';
import { compareWith, searchGallery, type Candidate, type CandidateList, type Gallery } from './gallery.ts';
import type { Probe } from './probe.ts';

/** People on a shortlist. Those who are not on it lie so far off that they matter to no probe near the one it was made for. */
export const SHORTLIST_PEOPLE = 32;

/** What rounding may make of a cosine on its way through an angle and back: a product of 1 - 1e-7 is an angle of 4.5e-4. */
const ROUNDING = 1e-3;

/**
 * The people nearest to one probe, and how near anybody else is at most. Of a later probe of the same presentation it can
 * then be told without another look at the whole gallery who is near: angles between directions obey the triangle
 * inequality, so that whoever lies far from the one probe lies far from every probe close to it.
 */
export class Shortlist implements Disposable {
  readonly #gallery: Gallery;
  readonly #probe: Probe;
  readonly #people: readonly Pseudonym[];
  /** The highest cosine to the probe of anybody who is not on it. */
  readonly #othersMax: number;
  readonly #additions: number;

  /** Compares everybody with `probe`, and takes the probe over: the caller must not keep it. */
  constructor(gallery: Gallery, probe: Probe) {
    const found = searchGallery(gallery, probe, SHORTLIST_PEOPLE + 1);
    this.#gallery = gallery;
    this.#probe = probe;
    this.#people = found.slice(0, SHORTLIST_PEOPLE).map(({ pseudonym }) => pseudonym);
    this.#othersMax = found[SHORTLIST_PEOPLE]?.cosine ?? -1;
    this.#additions = gallery.additions;
  }

  /**
   * The `count` best people on it for another probe, best first. All who reach `least` are among them, as far as `count`
   * allows, with the cosines that a search of the whole gallery gives. `undefined` where only such a search can tell: the
   * probe is another one altogether, or somebody was added since.
   */
  best(probe: Probe, count: number, least: number): CandidateList | undefined {
    if (this.#gallery.additions !== this.#additions) return undefined;
    const others = angleOf(this.#othersMax) - angleOf(this.#probe.cosineWith(probe));
    if (!(others > 0 && Math.cos(others) + ROUNDING < least)) return undefined;
    const found: Candidate[] = [];
    for (const pseudonym of this.#people) {
      if (this.#gallery.has(pseudonym)) found.push({ pseudonym, cosine: compareWith(this.#gallery, probe, pseudonym) });
    }
    return found.toSorted((a, b) => b.cosine - a.cosine).slice(0, count);
  }

  toJSON(): string {
    return '[shortlist]';
  }

  [Symbol.dispose](): void {
    this.#probe[Symbol.dispose]();
  }
}

/** In radians; a cosine beyond 1 is one that was rounded. */
const angleOf = (cosine: number): number => Math.acos(Math.min(1, Math.max(-1, cosine)));
