import type { FactorResult } from '#core/access/request.ts';
import { compareWith, searchGallery, type Gallery } from '#core/biometrics/gallery.ts';
import { identify, verify, type Identification } from '#core/biometrics/identify.ts';
import { expectedFpir, type OperatingPoint } from '#core/biometrics/operatingPoint.ts';
import { judgePad } from '#core/biometrics/pad.ts';
import { Probe } from '#core/biometrics/probe.ts';
import { Shortlist } from '#core/biometrics/shortlist.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { Evidence } from './evidence.ts';

/** Turns the evidence of a presentation into whose face it is, or why it is nobody's. */
export class Identifier {
  readonly #gallery: Gallery;
  readonly #operating: OperatingPoint;
  readonly #fpirMax: number;

  constructor(parts: { gallery: Gallery; operating: OperatingPoint; fpirMax: number }) {
    this.#gallery = parts.gallery;
    this.#operating = parts.operating;
    this.#fpirMax = parts.fpirMax;
  }

  get operating(): OperatingPoint {
    return this.#operating;
  }

  /** Are more people enrolled than 1:N may be used for at the tolerated FPIR? Then a card comes first. */
  get needsCardFirst(): boolean {
    return expectedFpir(this.#operating.identification, this.#gallery.people) > this.#fpirMax;
  }

  /** Is there a template to compare this person's face with? */
  hasFace(pseudonym: Pseudonym): boolean {
    return this.#gallery.has(pseudonym);
  }

  /** Does the evidence so far look like a living face? Nothing is extracted of anything else. */
  isBonaFide(evidence: Evidence): boolean {
    return judgePad(evidence.scores, this.#operating.pad).kind === 'bona-fide';
  }

  /**
   * Looks through the whole gallery while the next frame is awaited, so that the decision on it need not: with ten
   * thousand people that takes as long as a seventh of all models.
   */
  lookAhead(evidence: Evidence): void {
    if (evidence.outgrewShortlist) evidence.keepShortlist(new Shortlist(this.#gallery, Probe.mean(evidence.probes)));
  }

  /** Without `claimed` 1:N over the gallery; with it 1:1 against that one person. */
  faceFactor(evidence: Evidence, claimed: Pseudonym | undefined): FactorResult {
    const needed = this.#operating.identification.framesAgreeing;
    if (!this.isBonaFide(evidence) || evidence.probes.length < needed) {
      return { factor: 'face', kind: 'failed', reason: 'attack-suspected' };
    }
    const found = claimed === undefined ? this.#identify(evidence) : this.#verify(evidence, claimed);
    if (found.kind === 'ambiguous') return { factor: 'face', kind: 'failed', reason: 'ambiguous' };
    // A face holds for as long as the consent that its template stands on; whoever has no template is nobody.
    const until = found.kind === 'match' ? this.#gallery.until(found.pseudonym) : undefined;
    if (found.kind !== 'match' || until === undefined) {
      return { factor: 'face', kind: 'failed', reason: 'not-recognised' };
    }
    return { factor: 'face', kind: 'established', holder: found.pseudonym, validity: { from: wallTime(0), until } };
  }

  #identify(evidence: Evidence): Identification {
    using mean = Probe.mean(evidence.probes);
    const { threshold, margin } = this.#operating.identification;
    // Whoever is under the threshold by more than the margin neither matches nor makes a match ambiguous.
    const averaged = evidence.shortlist?.best(mean, 2, threshold - margin) ?? searchGallery(this.#gallery, mean, 2);
    const [first] = averaged;
    const framesToFirst =
      first === undefined ? [] : evidence.probes.map((probe) => compareWith(this.#gallery, probe, first.pseudonym));
    return identify({ averaged, framesToFirst }, this.#operating.identification);
  }

  #verify(evidence: Evidence, claimed: Pseudonym): Identification {
    using mean = Probe.mean(evidence.probes);
    return verify(claimed, compareWith(this.#gallery, mean, claimed), this.#operating.verification);
  }
}
