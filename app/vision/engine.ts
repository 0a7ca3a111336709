import type { Face, MeasuredFace } from '#core/biometrics/face.ts';
import type { PadScore } from '#core/biometrics/pad.ts';
import { FEATURE_LENGTH, Probe } from '#core/biometrics/probe.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Frame } from '#core/ports/camera.ts';
import type { FaceEngine, ModelIdentity } from '#core/ports/engine.ts';
import type { ModelSpec } from './models/modelsFile.ts';
import { Stages, type StageParts } from './stages/stages.ts';
import { Turns } from './turns.ts';

/**
 * The engine in the thread that calls it, on sessions of any runtime. It stands on no Node, so that a browser can have it.
 * @throws Fault `model` for a model or session that is missing or of another shape
 */
export function createFaceEngine(parts: StageParts): FaceEngine {
  return new PlainEngine(parts);
}

/** What notices name. */
export function identitiesOf(models: readonly ModelSpec[]): readonly ModelIdentity[] {
  return models.map(({ task, file, sha256 }) => ({ task, file, sha256 }));
}

/** Digits of the feature model's hash in a format's name. */
const HASH_DIGITS = 16;

/** Features of another model, or of faces found and aligned otherwise, mean something else. */
export function templateFormatOf(models: readonly ModelSpec[]): string {
  const feature = models.find(({ task }) => task === 'feature')?.sha256.slice(0, HASH_DIGITS) ?? 'none';
  const landmark = models.find(({ task }) => task === 'landmark')?.sha256.slice(0, HASH_DIGITS) ?? 'none';
  return `arcface-112/${FEATURE_LENGTH}/${landmark}/${feature}`;
}

export const closedFault = (): Fault =>
  new Fault('model', { thing: 'face engine', found: 'a call after close', expected: 'an engine that is open' });

class PlainEngine implements FaceEngine {
  readonly models: readonly ModelIdentity[];
  readonly templateFormat: string;
  readonly #stages: Stages;
  readonly #turns = new Turns();
  #isOpen = true;

  constructor(parts: StageParts) {
    this.models = identitiesOf(parts.models);
    this.templateFormat = templateFormatOf(parts.models);
    this.#stages = new Stages(parts);
  }

  detect(frame: Frame): Promise<readonly Face[]> {
    return this.#inTurn(() => this.#stages.detect(frame));
  }

  measure(frame: Frame, face: Face): Promise<MeasuredFace> {
    return this.#inTurn(() => this.#stages.measure(frame, face));
  }

  measurePad(frame: Frame, face: Face): Promise<PadScore> {
    return this.#inTurn(() => this.#stages.measurePad(frame, face));
  }

  extract(frame: Frame, face: MeasuredFace): Promise<Probe> {
    return this.#inTurn(async () => {
      const values = new Float32Array(FEATURE_LENGTH);
      await this.#stages.extract(frame, face, values);
      return new Probe(values);
    });
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#turns.last(() => this.#stages.release());
  }

  async #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (!this.#isOpen) throw closedFault();
    return this.#turns.take(work);
  }
}
