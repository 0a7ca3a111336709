import type { Cardholder, Credential } from '#core/access/credential.ts';
import type { Directory } from '#core/access/directory.ts';
import { searchGallery, type Gallery } from '#core/biometrics/gallery.ts';
import type { OperatingPoint } from '#core/biometrics/operatingPoint.ts';
import { judgePad } from '#core/biometrics/pad.ts';
import { assessQuality, type PoorQuality, type QualityLimits } from '#core/biometrics/quality.ts';
import { selectPresenter, type CaptureZone } from '#core/biometrics/selectPresenter.ts';
import { Template } from '#core/biometrics/template.ts';
import type { TemplateId } from '#core/kernel/ids.ts';
import type { Frame } from '#core/ports/camera.ts';
import type { FaceEngine } from '#core/ports/engine.ts';
import type { Random } from '#core/ports/random.ts';
import type { PeopleStore } from '#core/ports/stores.ts';
import type { Consent } from '#core/privacy/consent.ts';
import type { Recorder } from './recorder.ts';

export type EnrolmentOutcome =
  | { readonly kind: 'enrolled' }
  | {
      readonly kind: 'refused';
      readonly reason: PoorQuality | 'nobody-seen' | 'attack-suspected' | 'already-enrolled';
    };

export interface EnrolmentParts {
  readonly engine: FaceEngine;
  readonly people: PeopleStore;
  readonly gallery: Gallery;
  readonly directory: Directory;
  readonly recorder: Recorder;
  readonly random: Random;
  readonly operating: OperatingPoint;
  readonly quality: QualityLimits;
  readonly zone: CaptureZone;
  /** Somebody was taken in. */
  readonly onEnrolled: () => void;
}

/** Takes a person in. A face needs the consent first: `capture` is not called without one. */
export class EnrolmentDesk {
  readonly #parts: EnrolmentParts;

  constructor(parts: EnrolmentParts) {
    this.#parts = parts;
  }

  /** A person who uses a card or PIN and no face. */
  async enrol(cardholder: Cardholder, credentials: readonly Credential[]): Promise<void> {
    await this.#parts.people.enrol({ cardholder, credentials });
    this.#takeIn(cardholder, credentials);
  }

  /** The same strictness as at the gate; the picture is overwritten when this settles, also when it throws. */
  async enrolWithFace(
    person: { readonly cardholder: Cardholder; readonly credentials: readonly Credential[] },
    consent: Consent,
    capture: () => Promise<Frame>,
  ): Promise<EnrolmentOutcome> {
    using frame = await capture();
    const taken = await this.#templateFrom(frame, consent);
    if (taken.kind !== 'template') return taken;
    using template = taken.template;
    await this.#parts.people.enrol({ ...person, face: { consent, templates: [template] } });
    this.#takeIn(person.cardholder, person.credentials);
    this.#parts.gallery.add(template);
    this.#parts.onEnrolled();
    return { kind: 'enrolled' };
  }

  async #templateFrom(
    frame: Frame,
    consent: Consent,
  ): Promise<
    Extract<EnrolmentOutcome, { kind: 'refused' }> | { readonly kind: 'template'; readonly template: Template }
  > {
    const { engine, gallery, operating, quality, zone, random } = this.#parts;
    const presenter = selectPresenter(await engine.detect(frame), zone, frame);
    if (presenter.kind === 'nobody') return { kind: 'refused', reason: 'nobody-seen' };
    const measured = await engine.measure(frame, presenter.face);
    const judged = assessQuality(measured, quality);
    if (judged.kind === 'poor') return { kind: 'refused', reason: judged.reason };
    const pad = judgePad([await engine.measurePad(frame, presenter.face)], operating.pad);
    if (pad.kind !== 'bona-fide') return { kind: 'refused', reason: 'attack-suspected' };
    using probe = await engine.extract(frame, measured);
    const [nearest] = searchGallery(gallery, probe, 1);
    if (nearest !== undefined && nearest.cosine >= operating.identification.threshold) {
      return { kind: 'refused', reason: 'already-enrolled' };
    }
    const id = random.hex(16) as TemplateId;
    const record = { id, pseudonym: consent.pseudonym, consent: consent.id, format: engine.templateFormat };
    return { kind: 'template', template: new Template(record, probe.surrender()) };
  }

  #takeIn(cardholder: Cardholder, credentials: readonly Credential[]): void {
    this.#parts.directory.add(cardholder, credentials);
    this.#parts.recorder.record({ kind: 'enrolled' }, cardholder.pseudonym);
  }
}
