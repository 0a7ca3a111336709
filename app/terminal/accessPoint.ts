import type { AccessDecision } from '#core/access/decide.ts';
import type { Directory } from '#core/access/directory.ts';
import type { Factor, FactorResult } from '#core/access/request.ts';
import type { AccessPointConfig, BiometricsConfig } from '#core/config/terminalConfig.ts';
import type { Camera } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { FaceEngine } from '#core/ports/engine.ts';
import type { CardRead, CardReader } from '#core/ports/hardware.ts';
import type { Mirror } from '#core/ports/screen.ts';
import type { KioskView } from '#contract/kioskView.ts';
import { Admission } from './admission.ts';
import { cardFactor } from './cardDesk.ts';
import type { DoorController } from './doorController.ts';
import { FaceDesk } from './faceDesk.ts';
import type { FacePicture } from './facePicture.ts';
import type { HealthBoard } from './healthBoard.ts';
import type { Identifier } from './identifier.ts';
import type { PinDesk } from './pinDesk.ts';
import type { Recorder } from './recorder.ts';

/** What a screen at an access point wants to hear of it. */
export interface AccessPointScreen {
  showFace(picture: FacePicture): void;
  showDecision(decision: AccessDecision, by: Factor, intent: boolean): void;
  /** Is a card awaited that only names whose face is to be compared? */
  readonly awaitsCardForFace: boolean;
  cardTaken(): void;
}

export interface AccessPointParts {
  readonly config: AccessPointConfig;
  readonly biometrics: BiometricsConfig;
  readonly door: DoorController;
  readonly directory: Directory;
  readonly pins: PinDesk;
  readonly identifier: Identifier;
  readonly engine: FaceEngine;
  readonly reader: CardReader;
  readonly camera?: Camera;
  readonly mirror?: Mirror;
  readonly clock: Clock;
  readonly health: HealthBoard;
  readonly recorder: Recorder;
}

/** One place where people ask to come in: every way in ends in the same request. */
export class AccessPoint {
  readonly #parts: AccessPointParts;
  readonly #admission: Admission;
  readonly #face: FaceDesk | undefined;
  readonly #wiring: Disposable[] = [];
  #screen: AccessPointScreen | undefined;

  constructor(parts: AccessPointParts) {
    this.#parts = parts;
    const { config, door, directory, recorder, clock, camera } = parts;
    this.#admission = new Admission({ accessPoint: config.id, door, directory, recorder, clock });
    this.#face = camera === undefined ? undefined : this.#faceDesk(camera);
  }

  start(screen: AccessPointScreen | undefined): void {
    this.#screen = screen;
    const { reader, health, recorder } = this.#parts;
    this.#wiring.push(
      reader.onCard((card) => void this.presentCard(card)),
      reader.onLink((link, why) => {
        const part = `reader at ${this.#parts.config.id}`;
        health.report({ part, level: link === 'up' ? 'ok' : 'failed', says: why });
        recorder.record({ kind: link === 'up' ? 'link-restored' : 'link-lost', part });
      }),
    );
    this.#face?.start();
  }

  get faceWay(): KioskView['face'] {
    const { mode } = this.#parts.config;
    if (this.#face === undefined || (this.#face.faulty && mode === 'walk-up')) return 'off';
    if (this.#face.cardFirst) return 'card-first';
    // A pass is shown to the reader: there is nothing to begin with at the screen.
    return mode === 'walk-up' ? 'walk-up' : mode === 'tap-to-look' ? 'tap' : 'off';
  }

  useFace(): void {
    this.#face?.touch();
  }

  cancelFace(): void {
    this.#face?.cancel();
  }

  pauseFace(paused: boolean): void {
    this.#face?.pause(paused);
  }

  /** To be called when people were enrolled or removed. */
  peopleChanged(): void {
    this.#face?.reconsider();
  }

  async presentCard(card: CardRead): Promise<void> {
    const factor = cardFactor(card, this.#parts.directory);
    if (factor.kind === 'established' && this.#screen?.awaitsCardForFace && this.#face !== undefined) {
      this.#screen.cardTaken();
      this.pauseFace(false);
      this.#face.claim(factor);
      return;
    }
    await this.#request(factor);
  }

  async presentPin(personalNumber: string, pin: string): Promise<void> {
    await this.#request(await this.#parts.pins.pinFactor(personalNumber, pin));
  }

  async stop(): Promise<void> {
    for (const wire of this.#wiring.splice(0)) wire[Symbol.dispose]();
    await this.#face?.stop();
  }

  async #request(factor: FactorResult): Promise<void> {
    const request = { accessPoint: this.#parts.config.id, factors: [factor], intent: true };
    this.#screen?.showDecision(await this.#admission.admit(request), factor.factor, true);
  }

  #faceDesk(camera: Camera): FaceDesk {
    const { config, biometrics, engine, identifier, clock, health, mirror } = this.#parts;
    return new FaceDesk({
      config,
      biometrics,
      engine,
      identifier,
      clock,
      health,
      camera,
      admission: this.#admission,
      ...(mirror === undefined ? {} : { mirror }),
      onPicture: (picture) => this.#screen?.showFace(picture),
      onDecision: (decision, intent) => this.#screen?.showDecision(decision, 'face', intent),
    });
  }
}
