import type { Face, MeasuredFace } from '#core/biometrics/face.ts';
import type { PadScore } from '#core/biometrics/pad.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Picture } from '../images/picture.ts';
import type { LoadedSession } from '../models/model.ts';
import type { ModelSpec, Task } from '../models/modelsFile.ts';
import type { WorkingMemory } from '../workingMemory.ts';
import { Appearance } from './appearance.ts';
import type { ModelParts } from './croppedModel.ts';
import { Detector } from './detector.ts';
import { FeatureExtractor } from './featureExtractor.ts';
import { LandmarkFinder } from './landmarkFinder.ts';
import { LivenessScorer } from './livenessScorer.ts';
import { PoseEstimator } from './poseEstimator.ts';

/** What the stages are made of. */
export interface StageParts {
  readonly models: readonly ModelSpec[];
  /** One session for each model. */
  readonly sessions: ReadonlyMap<Task, LoadedSession>;
  /** Every buffer that will hold pixels or features. */
  readonly memory: WorkingMemory;
  /** Least detector score of a face, 0..1. */
  readonly scoreMin: number;
}

/**
 * The models in their order, numbers in and out. One call at a time: they share their buffers. Each call overwrites
 * those before it settles, also when it throws.
 */
export class Stages {
  readonly #detector: Detector;
  readonly #landmarks: LandmarkFinder;
  readonly #pose: PoseEstimator;
  readonly #appearance: Appearance;
  readonly #liveness: LivenessScorer;
  readonly #features: FeatureExtractor;

  /** @throws Fault `model` for a model or session that is missing or of another shape */
  constructor(parts: StageParts) {
    this.#detector = new Detector(partsOf(parts, 'detect'), parts.scoreMin);
    this.#landmarks = new LandmarkFinder(partsOf(parts, 'landmark'));
    this.#pose = new PoseEstimator(partsOf(parts, 'pose'));
    this.#appearance = new Appearance(parts.memory.region('appearance'));
    this.#liveness = new LivenessScorer(partsOf(parts, 'liveness'));
    this.#features = new FeatureExtractor(partsOf(parts, 'feature'));
  }

  async detect(picture: Picture): Promise<readonly Face[]> {
    checkPicture(picture);
    return this.#detector.find(picture);
  }

  async measure(picture: Picture, face: Face): Promise<MeasuredFace> {
    checkPicture(picture);
    const points = await this.#landmarks.find(picture, face.box);
    const { sharpness, exposure } = this.#appearance.judge(picture, points);
    const pose = await this.#pose.estimate(picture, face.box);
    return { box: face.box, score: face.score, points, pose, sharpness, exposure };
  }

  async measurePad(picture: Picture, face: Face): Promise<PadScore> {
    checkPicture(picture);
    return this.#liveness.score(picture, face.box);
  }

  /** Writes 512 numbers of length 1 to the start of `into`. */
  async extract(
    picture: Picture,
    face: Pick<MeasuredFace, 'points'>,
    into: Float32Array | Float64Array,
  ): Promise<void> {
    checkPicture(picture);
    await this.#features.extract(picture, face.points, into);
  }

  async release(): Promise<void> {
    const stages = [this.#detector, this.#landmarks, this.#pose, this.#liveness, this.#features];
    for (const stage of stages) await stage.model.release();
  }
}

function partsOf({ models, sessions, memory }: StageParts, task: Task): ModelParts {
  const spec = models.find((model) => model.task === task);
  const session = sessions.get(task);
  if (spec === undefined || session === undefined) {
    throw new Fault('model', {
      thing: `model for ${task}`,
      found: 'none',
      expected: 'one in models.json, with its session',
    });
  }
  return { spec, session, region: memory.region(task) };
}

export function checkPicture({ width, height, pixels }: Picture): void {
  if (width > 0 && height > 0 && pixels.length === width * height * 3) return;
  const found = `${pixels.length} bytes for ${width} x ${height}`;
  throw new Fault('picture', { thing: 'frame', found, expected: '3 bytes a pixel of at least one pixel' });
}
