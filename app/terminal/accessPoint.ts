import type { AccessDecision } from '#core/access/decide.ts';
import type { Directory } from '#core/access/directory.ts';
import type { UnverifiedPass } from '#core/access/passText.ts';
import { FACTORS_OF } from '#core/access/factorRule.ts';
import type { Established, Factor } from '#core/access/request.ts';
import type { AccessPointConfig, BiometricsConfig } from '#core/config/terminalConfig.ts';
import type { Camera } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CodeReader } from '#core/ports/codeReader.ts';
import type { FaceEngine } from '#core/ports/engine.ts';
import type { CardRead, CardReader } from '#core/ports/hardware.ts';
import type { Mirror } from '#core/ports/screen.ts';
import { cameraModeAt, cameraModeChange, type CameraMode } from '#core/presentation/cameraMode.ts';
import type { KioskView } from '#contract/kioskView.ts';
import { Admission } from './admission.ts';
import type { AlarmDesk } from './alarmDesk.ts';
import type { Barrier } from './barrier.ts';
import { cardFactor } from './cardDesk.ts';
import { FaceDesk } from './faceDesk.ts';
import type { FacePicture } from './facePicture.ts';
import { FactorDesk } from './factorDesk.ts';
import type { HealthBoard } from './healthBoard.ts';
import type { Identifier } from './identifier.ts';
import { KeypadEntry } from './keypadEntry.ts';
import { watchLink } from './linkWatch.ts';
import { MisreadDesk } from './misreadDesk.ts';
import type { PassDesk } from './passDesk.ts';
import { PassLook } from './passLook.ts';
import type { PinDesk } from './pinDesk.ts';
import type { Recorder } from './recorder.ts';
import type { RuleKeeper } from './ruleKeeper.ts';
import { Timetable } from './timetable.ts';

/** What a screen at an access point wants to hear of it. */
export interface AccessPointScreen {
  showFace(picture: FacePicture): void;
  showDecision(decision: AccessDecision, by: Factor, intent: boolean): void;
  /** What was shown is not enough: any of these would bring the person nearer. */
  ask(needed: readonly Factor[]): void;
  /** Another way of looking is in force. */
  refresh(): void;
  /** Is a card awaited that only names whose face is to be compared? */
  readonly awaitsCardForFace: boolean;
  cardTaken(): void;
  /** Is a pass looked for that only names whose face is to be compared? */
  readonly awaitsPassForFace: boolean;
}

export interface AccessPointParts {
  readonly config: AccessPointConfig;
  readonly biometrics: BiometricsConfig;
  readonly barrier: Barrier;
  readonly directory: Directory;
  readonly rules: RuleKeeper;
  readonly alarms: AlarmDesk;
  readonly pins: PinDesk;
  readonly passes: PassDesk;
  readonly identifier: Identifier;
  readonly engine: FaceEngine;
  readonly reader: CardReader;
  readonly camera?: Camera;
  /** Only where passes are a way in. */
  readonly codes?: CodeReader;
  readonly mirror?: Mirror;
  readonly clock: Clock;
  readonly health: HealthBoard;
  readonly recorder: Recorder;
}

/** One place where people ask to come in: every way in ends in the same request. */
export class AccessPoint {
  readonly #parts: AccessPointParts;
  readonly #factors: FactorDesk;
  readonly #face: FaceDesk | undefined;
  readonly #keypad: KeypadEntry;
  readonly #timetable: Timetable;
  readonly #wiring: Disposable[] = [];
  #screen: AccessPointScreen | undefined;

  constructor(parts: AccessPointParts) {
    this.#parts = parts;
    const { config, rules, clock, camera, reader } = parts;
    const admission = new Admission({ ...parts, accessPoint: config.id, direction: config.direction });
    this.#factors = new FactorDesk({
      accessPoint: config.id,
      rules,
      admission,
      clock,
      onAsked: (needed) => this.#ask(needed),
      onDecision: (decision, by, intent) => {
        if (decision.kind === 'granted' || intent) reader.signal(decision.kind);
        this.#screen?.showDecision(decision, by, intent);
      },
    });
    this.#keypad = new KeypadEntry({
      clock,
      isPinAsked: () => this.#factors.needed.includes('pin'),
      onPin: (pin, personalNumber = '') => void this.presentPin(personalNumber, pin),
    });
    this.#face = camera === undefined ? undefined : this.#faceDesk(camera);
    this.#timetable = new Timetable(
      clock,
      (at) => cameraModeChange(this.#plan, at),
      () => this.#lookAtMode(),
    );
  }

  start(screen: AccessPointScreen | undefined): void {
    this.#screen = screen;
    const { config, reader } = this.#parts;
    this.#wiring.push(
      reader.onCard((card) => void this.presentCard(card)),
      reader.onKeys((keys) => this.#keypad.keys(keys)),
      new MisreadDesk({ ...this.#parts, accessPoint: config.id }),
      watchLink(reader, { ...this.#parts, part: `reader at ${config.id}` }),
    );
    this.#face?.start();
    this.#timetable.arm();
  }

  get faceWay(): KioskView['face'] {
    const mode = this.#mode;
    if (this.#face === undefined) return 'none';
    if (this.#face.outOfOrder) return 'out-of-order';
    if (this.#face.cardFirst) return 'card-first';
    if (this.#face.passFirst) return 'pass-first';
    return mode === 'walk-up' ? 'walk-up' : mode === 'tap-to-look' ? 'tap' : 'none';
  }

  /** Can a pass be shown here now, and is it of use? */
  get takesPasses(): boolean {
    if (this.#face?.readsPasses !== true || this.#face.outOfOrder) return false;
    const { rules, config } = this.#parts;
    return rules.combinationsAt(config.id).some((combination) => FACTORS_OF[combination].includes('pass'));
  }

  /** Somebody touched "show a pass": the camera looks for one. */
  showPass(): void {
    this.#face?.showPass();
  }

  useFace(): void {
    const { begun, needed } = this.#factors;
    if (begun !== undefined && needed.includes('face')) this.#face?.claim(begun);
    else this.#face?.touch();
  }

  /** Whoever was there has given up. */
  cancel(): void {
    this.#factors.cancel();
    this.#face?.cancel();
  }

  pauseFace(paused: boolean): void {
    this.#face?.pause(paused);
  }

  /** To be called when people were enrolled or removed. */
  peopleChanged(): void {
    this.#face?.reconsider();
  }

  /** To be called when other rules are in force. */
  rulesChanged(): void {
    this.#lookAtMode();
    this.#timetable.arm();
  }

  async presentCard(card: CardRead): Promise<void> {
    const factor = cardFactor(card, this.#parts.directory);
    if (factor.kind === 'established' && this.#screen?.awaitsCardForFace && this.#face !== undefined) {
      this.#screen.cardTaken();
      this.pauseFace(false);
      this.#face.claim(factor);
      return;
    }
    await this.#factors.show([factor], true);
  }

  async presentPass(pass: UnverifiedPass): Promise<void> {
    const factor = this.#parts.passes.factorOf(pass);
    if (factor.kind === 'established' && this.#screen?.awaitsPassForFace === true) return this.#face?.claim(factor);
    await this.#factors.show([factor], true);
  }

  /** Without a number it is the PIN of whoever has shown something else already. */
  async presentPin(personalNumber: string, pin: string): Promise<void> {
    const { pins } = this.#parts;
    const { begun } = this.#factors;
    const besides = personalNumber === '' && begun !== undefined;
    const factor = besides ? await pins.pinOf(begun.holder, pin) : await pins.pinFactor(personalNumber, pin);
    await this.#factors.show([factor], true);
  }

  async stop(): Promise<void> {
    for (const wire of this.#wiring.splice(0)) wire[Symbol.dispose]();
    this.#timetable[Symbol.dispose]();
    this.#keypad[Symbol.dispose]();
    this.#factors[Symbol.dispose]();
    await this.#face?.stop();
  }

  get #plan() {
    return this.#parts.rules.placeAt(this.#parts.config.id).camera;
  }

  get #mode(): CameraMode {
    return cameraModeAt(this.#plan, this.#parts.clock.wall());
  }

  #lookAtMode(): void {
    this.#face?.reconsider();
    this.#screen?.refresh();
  }

  #ask(needed: readonly Factor[]): void {
    const { begun } = this.#factors;
    if (begun !== undefined && needed.includes('face') && this.#beginsFace(begun, needed)) {
      this.#screen?.ask(['face']);
      this.#face?.claim(begun);
    } else this.#screen?.ask(needed);
  }

  /**
   * Where a face is all that is asked for, or the mode is one in which a card or a pass begins it, it is looked at right
   * away; but of somebody whose face is not known the other way is asked for.
   */
  #beginsFace({ factor, holder }: Established, needed: readonly Factor[]): boolean {
    if (factor === 'face' || this.#face === undefined) return false;
    if (needed.every((one) => one === 'face')) return true;
    const begins = this.#mode === 'card-then-face' || this.#mode === 'pass-then-face';
    return begins && this.#parts.identifier.hasFace(holder);
  }

  #faceDesk(camera: Camera): FaceDesk {
    const { config, biometrics, engine, identifier, clock, health, mirror, codes } = this.#parts;
    return new FaceDesk({
      config,
      biometrics,
      engine,
      identifier,
      clock,
      health,
      camera,
      mode: () => this.#mode,
      ...(mirror === undefined ? {} : { mirror }),
      onPicture: (picture) => this.#screen?.showFace(picture),
      ...(codes === undefined ? {} : { passLook: new PassLook(codes) }),
      onPass: (pass) => this.presentPass(pass),
      onFactors: (factors, intent) => this.#factors.show(factors, intent),
    });
  }
}
