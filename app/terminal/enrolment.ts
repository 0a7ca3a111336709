import type { Cardholder, Credential } from '#core/access/credential.ts';
import type { Directory } from '#core/access/directory.ts';
import { searchGallery, type Gallery } from '#core/biometrics/gallery.ts';
import type { OperatingPoint } from '#core/biometrics/operatingPoint.ts';
import { judgePad } from '#core/biometrics/pad.ts';
import { assessQuality, type PoorQuality, type QualityLimits } from '#core/biometrics/quality.ts';
import { selectPresenter, type CaptureZone } from '#core/biometrics/selectPresenter.ts';
import { Template, type TemplateRecord } from '#core/biometrics/template.ts';
import type { TemplateId } from '#core/kernel/ids.ts';
import type { Frame } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { FaceEngine } from '#core/ports/engine.ts';
import type { Random } from '#core/ports/random.ts';
import type { PeopleStore } from '#core/ports/stores.ts';
import { hasEnded, type Consent } from '#core/privacy/consent.ts';
import type { Recorder } from './recorder.ts';

export type EnrolmentRefusal =
  | PoorQuality
  | 'nobody-seen'
  | 'attack-suspected'
  | 'already-enrolled'
  /** Somebody holds this card or personal number already. */
  | 'card-taken'
  | 'number-taken'
  | 'consent-of-another'
  /** Nobody by that pseudonym is known at this gate. */
  | 'not-enrolled'
  | 'consent-ended';

interface Refused {
  readonly kind: 'refused';
  readonly reason: EnrolmentRefusal;
}

/** After a refusal nothing has changed, on the disk or in memory. */
export type EnrolmentOutcome = { readonly kind: 'enrolled' } | Refused;

interface Person {
  readonly cardholder: Cardholder;
  readonly credentials: readonly Credential[];
}

export interface EnrolmentParts {
  readonly engine: FaceEngine;
  readonly people: PeopleStore;
  readonly gallery: Gallery;
  readonly directory: Directory;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly operating: OperatingPoint;
  readonly quality: QualityLimits;
  readonly zone: CaptureZone;
  /** Somebody's face was taken in, with this template. */
  readonly onEnrolled: (template: TemplateRecord) => void;
}

/** Takes people in, one at a time. A face needs the consent first: `capture` is not called without one. */
export class EnrolmentDesk {
  readonly #parts: EnrolmentParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: EnrolmentParts) {
    this.#parts = parts;
  }

  /**
   * A person who uses a card or PIN and no face.
   * @throws Fault `storage` where the person cannot be stored; nothing has changed then.
   */
  enrol(cardholder: Cardholder, credentials: readonly Credential[]): Promise<EnrolmentOutcome> {
    return this.#inTurn(async () => {
      const taken = this.#numberTaken(credentials);
      if (taken !== undefined) return refused(taken);
      await this.#parts.people.enrol({ cardholder, credentials });
      this.#takeIn(cardholder, credentials);
      return { kind: 'enrolled' };
    });
  }

  /**
   * The same strictness as at the gate; the picture is overwritten when this settles, also when it throws.
   * @throws Fault `storage`, `model` or whatever `capture` throws; nothing has changed then.
   */
  async enrolWithFace(person: Person, consent: Consent, capture: () => Promise<Frame>): Promise<EnrolmentOutcome> {
    const flaw = this.#flawBefore(person, consent);
    if (flaw !== undefined) return refused(flaw);
    using frame = await capture();
    return await this.#inTurn(() => this.#enrolFrom(frame, person, consent));
  }

  /**
   * A face of somebody enrolled, who gave none so far or has withdrawn it. As strict as any enrolment.
   * @throws as `enrolWithFace` does, and Fault `storage` for somebody who has a face.
   */
  async addFace(consent: Consent, capture: () => Promise<Frame>): Promise<EnrolmentOutcome> {
    const flaw = this.#flawBeforeFace(consent);
    if (flaw !== undefined) return refused(flaw);
    using frame = await capture();
    return await this.#inTurn(() => this.#addFaceFrom(frame, consent));
  }

  async #addFaceFrom(frame: Frame, consent: Consent): Promise<EnrolmentOutcome> {
    const flaw = this.#flawBeforeFace(consent);
    if (flaw !== undefined) return refused(flaw);
    const taken = await this.#templateFrom(frame, consent);
    if (taken.kind !== 'template') return taken;
    using template = taken.template;
    const { people, directory, gallery, recorder, onEnrolled } = this.#parts;
    await people.addFace({ consent, templates: [template] });
    recorder.record({ kind: 'face-added' }, consent.pseudonym);
    // Erased meanwhile: nothing of such a person is compared.
    if (directory.holder(consent.pseudonym) === undefined) return refused('not-enrolled');
    gallery.add(template);
    onEnrolled(template.record);
    return { kind: 'enrolled' };
  }

  #flawBeforeFace({ pseudonym, endsAt }: Consent): EnrolmentRefusal | undefined {
    const { directory, gallery, clock } = this.#parts;
    if (directory.holder(pseudonym) === undefined) return 'not-enrolled';
    if (hasEnded(endsAt, clock.wall())) return 'consent-ended';
    return gallery.has(pseudonym) ? 'already-enrolled' : undefined;
  }

  async #enrolFrom(frame: Frame, person: Person, consent: Consent): Promise<EnrolmentOutcome> {
    // Again: while the camera was waited for, others may have been taken in, and the consent may have ended.
    const flaw = this.#flawBefore(person, consent);
    if (flaw !== undefined) return refused(flaw);
    const taken = await this.#templateFrom(frame, consent);
    if (taken.kind !== 'template') return taken;
    using template = taken.template;
    await this.#parts.people.enrol({ ...person, face: { consent, templates: [template] } });
    this.#takeIn(person.cardholder, person.credentials);
    this.#parts.gallery.add(template);
    this.#parts.onEnrolled(template.record);
    return { kind: 'enrolled' };
  }

  /** What forbids the enrolment whatever a camera would show. */
  #flawBefore({ cardholder, credentials }: Person, consent: Consent): EnrolmentRefusal | undefined {
    if (consent.pseudonym !== cardholder.pseudonym) return 'consent-of-another';
    if (hasEnded(consent.endsAt, this.#parts.clock.wall())) return 'consent-ended';
    return this.#numberTaken(credentials);
  }

  #numberTaken(credentials: readonly Credential[]): EnrolmentRefusal | undefined {
    const taken = credentials.find((credential) => this.#parts.directory.holds(credential));
    if (taken === undefined) return undefined;
    return taken.kind === 'card' ? 'card-taken' : 'number-taken';
  }

  async #templateFrom(
    frame: Frame,
    consent: Consent,
  ): Promise<Refused | { readonly kind: 'template'; readonly template: Template }> {
    const { engine, gallery, operating, quality, zone, random, clock } = this.#parts;
    const presenter = selectPresenter(await engine.detect(frame), zone, frame);
    if (presenter.kind === 'nobody') return refused('nobody-seen');
    const measured = await engine.measure(frame, presenter.face);
    const judged = assessQuality(measured, quality);
    if (judged.kind === 'poor') return refused(judged.reason);
    const pad = judgePad([await engine.measurePad(frame, presenter.face)], operating.pad);
    if (pad.kind !== 'bona-fide') return refused('attack-suspected');
    using probe = await engine.extract(frame, measured);
    // A template whose consent has ended is compared with nobody, even before it is swept away.
    gallery.removeEnded(clock.wall());
    const [nearest] = searchGallery(gallery, probe, 1);
    if (nearest !== undefined && nearest.cosine >= operating.identification.threshold) {
      return refused('already-enrolled');
    }
    const id = random.hex(16) as TemplateId;
    const { id: consented, pseudonym, endsAt: until } = consent;
    const record = { id, pseudonym, consent: consented, until, format: engine.templateFormat };
    return { kind: 'template', template: new Template(record, probe.surrender()) };
  }

  #takeIn(cardholder: Cardholder, credentials: readonly Credential[]): void {
    this.#parts.directory.add(cardholder, credentials);
    this.#parts.recorder.record({ kind: 'enrolled' }, cardholder.pseudonym);
  }

  /** One enrolment after the other, so that two at once cannot take the same card, number or face. */
  #inTurn<Outcome>(act: () => Promise<Outcome>): Promise<Outcome> {
    const outcome = this.#last.then(act);
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }
}

const refused = (reason: EnrolmentRefusal): Refused => ({ kind: 'refused', reason });
