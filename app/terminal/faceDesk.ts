import type { UnverifiedPass } from '#core/access/passText.ts';
import type { FactorResult } from '#core/access/request.ts';
import type { Face } from '#core/biometrics/face.ts';
import { assessQuality } from '#core/biometrics/quality.ts';
import { selectPresenter } from '#core/biometrics/selectPresenter.ts';
import type { AccessPointConfig, BiometricsConfig } from '#core/config/terminalConfig.ts';
import { after, type Monotonic } from '#core/kernel/units.ts';
import { opensFor, type CameraMode, type Intent } from '#core/presentation/cameraMode.ts';
import {
  presentationAtStart,
  presentationDeadline,
  presentationStep,
  wantsCodes,
  wantsEvidence,
  type Presentation,
  type PresentationEffect,
  type PresentationInput,
  type PresentationStep,
  type Sight,
} from '#core/presentation/presentation.ts';
import type { Camera, Frame } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { FaceEngine } from '#core/ports/engine.ts';
import type { Health } from '#core/ports/health.ts';
import type { Mirror } from '#core/ports/screen.ts';
import { CameraWatch } from './cameraWatch.ts';
import { Deadline } from './deadline.ts';
import { Evidence } from './evidence.ts';
import { NOTHING_SEEN, seenIn, type FacePicture } from './facePicture.ts';
import type { Identifier } from './identifier.ts';
import { LookPace } from './lookPace.ts';
import type { PassLook } from './passLook.ts';

export interface FaceDeskParts {
  readonly config: AccessPointConfig;
  readonly biometrics: BiometricsConfig;
  readonly camera: Camera;
  readonly engine: FaceEngine;
  readonly identifier: Identifier;
  /** The mode that is in force now. */
  readonly mode: () => CameraMode;
  readonly clock: Clock;
  readonly health: Health;
  /** Only where the configuration chose the `mirror` preview. */
  readonly mirror?: Mirror;
  readonly onPicture: (picture: FacePicture) => void;
  /** Only where passes are a way in. */
  readonly passLook?: PassLook;
  /** A pass was seen, of which nobody has looked at the signature. */
  readonly onPass: (pass: UnverifiedPass) => Promise<void>;
  /** What was seen, behind the card or pass that said whose face it has to be. */
  readonly onFactors: (factors: readonly FactorResult[], intent: boolean) => Promise<void>;
}

/**
 * Looks at whoever stands before one access point: from the camera's frames to a request. One frame is in work at a
 * time; whatever was seen is overwritten when the decision falls, and also when anything throws.
 */
export class FaceDesk {
  readonly #parts: FaceDeskParts;
  readonly #watch: CameraWatch;
  readonly #deadline: Deadline;
  /** Of the presentation that is on: the next one has another. */
  #evidence = new Evidence();
  #state: Presentation = { kind: 'closed' };
  #inForce: CameraMode;
  #claim: FactorResult | undefined;
  #pass: UnverifiedPass | undefined;
  /** A pass is asked for behind the face that is being decided upon. */
  #passNext = false;
  #touchedUntil: Monotonic | undefined;
  #paused = false;
  readonly #pace: LookPace;
  #aspect: number | undefined;

  constructor(parts: FaceDeskParts) {
    this.#parts = parts;
    this.#inForce = this.#mode;
    this.#pace = new LookPace(parts.biometrics.idleFramesPerSecond);
    const { camera, clock, health, config } = parts;
    this.#deadline = new Deadline(clock);
    this.#watch = new CameraWatch({
      camera,
      clock,
      health,
      part: `face at ${config.id}`,
      onFrame: (frame) => this.#onFrame(frame),
      onFrameGone: () => this.#onFrameGone(),
      onLost: () => this.#onLost(),
      onRested: () => this.#show(),
    });
  }

  start(): void {
    this.#apply(presentationAtStart(this.#mode), this.#now());
  }

  /** Does a card say first whose face to compare: by the mode, or as too many people are enrolled for 1:N? */
  get cardFirst(): boolean {
    return this.#mode === 'card-then-face';
  }

  /** Is a pass what says whose face to compare? */
  get passFirst(): boolean {
    return this.#mode === 'pass-then-face' && this.readsPasses;
  }

  /** Can a pass be shown to this camera now? */
  get readsPasses(): boolean {
    return this.#parts.passLook !== undefined && opensFor(this.#mode, 'show-pass');
  }

  /** Does the camera fail at present, as far as anybody knows who did not try it just now? */
  get outOfOrder(): boolean {
    return this.#watch.rests || (this.#watch.faulty && this.#mode === 'walk-up');
  }

  /** Somebody touched "use face". */
  touch(): void {
    if (opensFor(this.#mode, 'touch')) this.#intend('touch');
  }

  /** Somebody touched "show a pass". */
  showPass(): void {
    if (!this.readsPasses) return;
    this.#forgetIntent();
    this.#passNext = this.#state.kind === 'deciding';
    if (this.#passNext) return;
    this.#parts.passLook?.begin();
    this.#intend('show-pass');
  }

  /** A card or a pass has named whose face is to be compared, 1:1. */
  claim(named: FactorResult): void {
    if (!opensFor(this.#mode, 'claim')) return;
    this.#claim = named;
    this.#intend('claim');
  }

  cancel(): void {
    this.#forgetIntent();
    this.#step({ kind: 'cancel', at: this.#now() });
  }

  /** While somebody uses another way in, nobody is looked at. */
  pause(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused && this.#state.kind !== 'closed') this.cancel();
  }

  /** To be called when the mode may be another one: by schedule, or with the number of people enrolled. */
  reconsider(): void {
    const mode = this.#mode;
    if (mode === this.#inForce) return;
    this.#inForce = mode;
    // Whoever has shown whose face it is goes on being looked at where that is the way now.
    if (this.#claim !== undefined && mode !== 'walk-up' && opensFor(mode, 'claim')) return;
    if (this.#state.kind !== 'deciding') this.#forgetIntent();
    this.#step({ kind: 'mode', at: this.#now() });
    this.#show();
  }

  async stop(): Promise<void> {
    this.#deadline[Symbol.dispose]();
    await this.#watch.stop();
    this.#deadline[Symbol.dispose]();
    this.#evidence[Symbol.dispose]();
  }

  get #mode(): CameraMode {
    const mode = this.#parts.mode();
    const oneToMany = mode === 'walk-up' || mode === 'tap-to-look';
    return oneToMany && this.#parts.identifier.needsCardFirst ? 'card-then-face' : mode;
  }

  #intend(intent: Intent): void {
    this.#touchedUntil = after(this.#now(), this.#parts.biometrics.presentation.lookMs);
    this.#step({ kind: intent, at: this.#now() });
    this.#show();
  }

  get #touched(): boolean {
    return this.#touchedUntil !== undefined && this.#now() < this.#touchedUntil;
  }

  /** Overwrites what the presentation has shown until `at`, and whatever a frame in work still brings of it. */
  #forget(at: Monotonic): void {
    this.#evidence[Symbol.dispose]();
    this.#evidence = new Evidence(at);
  }

  #forgetIntent(): void {
    this.#touchedUntil = undefined;
    this.#claim = undefined;
    this.#pass = undefined;
    this.#passNext = false;
  }

  #step(input: PresentationInput): void {
    const rules = { mode: this.#mode, limits: this.#parts.biometrics.presentation };
    this.#apply(presentationStep(this.#state, input, rules), input.at);
  }

  #apply([state, effects]: PresentationStep, at: Monotonic): void {
    this.#state = state;
    for (const effect of effects) this.#perform(effect, at);
    this.#deadline.at(presentationDeadline(state), () => this.#step({ kind: 'time', at: this.#now() }));
  }

  #perform(effect: PresentationEffect, at: Monotonic): void {
    switch (effect.kind) {
      case 'open-camera':
        return this.#watch.open();
      case 'close-camera':
        this.#watch.close();
        return this.#parts.onPicture(NOTHING_SEEN);
      case 'forget':
        this.#forget(at);
        this.#parts.mirror?.clear();
        return this.#show();
      case 'gave-up':
        return this.#forgetIntent();
      case 'decide':
        // Carried out by #decide, once the frame that completed the presentation has been overwritten.
        return;
    }
  }

  async #onFrame(frame: Frame): Promise<void> {
    const evidence = this.#evidence;
    if (wantsCodes(this.#state)) return this.#lookForPass(frame);
    if (this.#paused || !evidence.covers(frame.capturedAt) || !this.#pace.isDue(frame.capturedAt, this.#touched))
      return;
    const { engine, mirror } = this.#parts;
    this.#aspect = frame.width / frame.height;
    const faces = await engine.detect(frame);
    if (faces.length > 0) this.#pace.sawFace(frame.capturedAt);
    const sight = await this.#sightOf(frame, faces, evidence);
    const face = 'box' in sight ? { face: sight.box } : {};
    this.#watch.attend({ lively: this.#pace.isLively(this.#now(), this.#touched), ...face });
    // The presentation ended while the engine was at work: what the frame shows belongs to nobody, nor to the next one.
    if (evidence.isOver || !this.#watch.on) return;
    this.#step({ kind: 'sight', sight, at: frame.capturedAt });
    if (mirror !== undefined && (this.#state.kind === 'acquiring' || this.#touched)) mirror.show(frame);
    this.#show({ sight, frame });
  }

  async #lookForPass(frame: Frame): Promise<void> {
    const { passLook } = this.#parts;
    const reading = this.#state;
    if (passLook === undefined || this.#paused) return;
    this.#watch.attend({ lively: true });
    const pass = await passLook.look(frame);
    // Whoever touched has given up meanwhile, or another one has begun.
    if (this.#state !== reading) return;
    this.#pass = pass;
    this.#show();
  }

  /** The camera stays as it is until it is known whether a face is looked at next. */
  async #takePass(pass: UnverifiedPass): Promise<void> {
    const reading = this.#state;
    this.#pass = undefined;
    await this.#parts.onPass(pass);
    if (this.#state === reading) this.cancel();
  }

  async #onFrameGone(): Promise<void> {
    if (this.#pass !== undefined) await this.#takePass(this.#pass);
    else if (this.#state.kind === 'deciding') await this.#decide();
    else if (this.#state.kind === 'acquiring' && this.#claim === undefined)
      this.#parts.identifier.lookAhead(this.#evidence);
  }

  async #sightOf(frame: Frame, faces: readonly Face[], evidence: Evidence): Promise<Sight> {
    const presenter = selectPresenter(faces, this.#parts.config.zone, frame);
    if (presenter.kind === 'nobody') return presenter;
    const { face } = presenter;
    const wanted = wantsEvidence(this.#state) && !evidence.isOver;
    return wanted ? this.#gather(frame, face, evidence) : { kind: 'seen', box: face.box };
  }

  /** Measures no further than the presentation lasts. */
  async #gather(frame: Frame, face: Face, evidence: Evidence): Promise<Sight> {
    const { engine, biometrics, identifier } = this.#parts;
    const { box } = face;
    const measured = await engine.measure(frame, face);
    const quality = assessQuality(measured, biometrics.quality);
    if (quality.kind === 'poor') return { kind: 'poor', box, reason: quality.reason };
    if (evidence.isOver) return { kind: 'seen', box };
    evidence.addScore(await engine.measurePad(frame, face));
    // No evidence is no bona fide: of a presentation that is over nothing is extracted.
    if (identifier.isBonaFide(evidence)) evidence.addProbe(await engine.extract(frame, measured));
    return { kind: 'usable', box };
  }

  async #decide(): Promise<void> {
    const intent = this.#touched || this.#claim !== undefined;
    const factors: FactorResult[] = this.#claim === undefined ? [] : [this.#claim];
    const claimed = this.#claim?.kind === 'established' ? this.#claim.holder : undefined;
    try {
      factors.push(this.#parts.identifier.faceFactor(this.#evidence, claimed));
    } finally {
      this.#forget(this.#now());
      this.#forgetIntent();
    }
    try {
      await this.#parts.onFactors(factors, intent);
    } finally {
      const passNext = this.#passNext;
      this.#step({ kind: 'decided', at: this.#now() });
      if (passNext) this.showPass();
    }
  }

  /** Face access is off while the camera fails; card and PIN go on. A camera that waits for a touch is tried by the next. */
  #onLost(): boolean {
    const now = this.#now();
    this.#forget(now);
    this.#forgetIntent();
    const again = this.#mode === 'walk-up';
    this.#apply([again ? { kind: 'watching' } : { kind: 'closed' }, []], now);
    this.#parts.mirror?.clear();
    this.#parts.onPicture(NOTHING_SEEN);
    return again;
  }

  #show(seen?: { sight: Sight; frame: Frame }): void {
    const state = this.#state;
    const usable = state.kind === 'acquiring' ? state.usable : 0;
    this.#parts.onPicture({
      cameraOn: this.#watch.on,
      reading: state.kind === 'reading',
      foreignCode: state.kind === 'reading' && this.#parts.passLook?.isForeign(this.#now()) === true,
      looking: state.kind === 'acquiring' || (state.kind === 'watching' && this.#touched),
      progress: Math.min(1, usable / this.#parts.biometrics.presentation.framesConsidered),
      ...(this.#aspect === undefined ? {} : { aspect: this.#aspect }),
      ...(seen === undefined ? {} : seenIn(seen.sight, seen.frame)),
    });
  }

  #now(): Monotonic {
    return this.#parts.clock.monotonic();
  }
}
