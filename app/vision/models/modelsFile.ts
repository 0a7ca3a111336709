import * as z from 'zod';
import { Fault } from '#core/kernel/fault.ts';
import type { OperatingPoint } from '#core/biometrics/operatingPoint.ts';
import type { QualityLimits } from '#core/biometrics/quality.ts';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import type { ModelChoice } from '#core/config/terminalConfig.ts';
import { ALIGNED_SIDE } from '../images/similarity.ts';

/** Points of a face that the landmark model gives, x and y of each. */
export const LANDMARKS = 68;
/** Steps of an angle that the pose model tells apart. */
export const POSE_BINS = 66;

/** What a model is for; each is there exactly once. */
export const TASKS = ['detect', 'landmark', 'feature', 'liveness', 'pose'] as const;
export type Task = (typeof TASKS)[number];

/** The outputs that each task needs, by our own names, with the length of their last dimension. */
const OUTPUTS_OF: Record<Task, Readonly<Record<string, number>>> = {
  detect: { scores: 2, boxes: 4 },
  landmark: { landmarks: 2 * LANDMARKS },
  feature: { feature: FEATURE_LENGTH },
  liveness: { classes: 3 },
  pose: { yaw: POSE_BINS, pitch: POSE_BINS, roll: POSE_BINS },
};

const sameNames = (a: readonly string[], b: readonly string[]): boolean => a.toSorted().join() === b.toSorted().join();

const Share = z.number().min(0).max(1);
const Degrees = z.number().min(0).max(180);
const Dimension = z.int().positive();
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 of 64 lower-case hex digits');

const Output = z.strictObject({ name: z.string().min(1), shape: z.array(Dimension) });

const Input = z
  .strictObject({
    name: z.string().min(1),
    /** Batch of one, planes, height, width. */
    shape: z.tuple([z.literal(1), z.union([z.literal(1), z.literal(3)]), Dimension, Dimension]),
    layout: z.literal('NCHW'),
    colour: z.enum(['RGB', 'BGR', 'grey']),
    /** A pixel 0..255 becomes (pixel - subtract) / divide, by plane. */
    subtract: z.array(z.number()),
    divide: z.array(z.number().positive()),
  })
  .refine(
    ({ shape, colour, subtract, divide }) =>
      shape[1] === (colour === 'grey' ? 1 : 3) && subtract.length === shape[1] && divide.length === shape[1],
    'one plane for grey and three for colour, with as many numbers to subtract and to divide by',
  );

const ModelSpec = z
  .strictObject({
    task: z.enum(TASKS),
    /** In the models folder. */
    file: z.string().min(1),
    sha256: Sha256,
    licence: z.string().min(1),
    /** Where the weights come from, and plainly what is not known of that. */
    provenance: z.string().min(1),
    /** How far the runtime may rework the graph; as far as it can where nothing is said. Changes times, not answers. */
    graphOptimization: z.enum(['disabled', 'basic', 'extended', 'all']).default('all'),
    input: Input,
    outputs: z.record(z.string(), Output),
  })
  .refine(({ task, outputs }) => sameNames(Object.keys(OUTPUTS_OF[task]), Object.keys(outputs)), {
    error: 'the outputs that its task needs, and no other',
    path: ['outputs'],
  })
  .refine(
    ({ task, outputs }) =>
      Object.entries(outputs).every(([name, { shape }]) => shape[0] === 1 && shape.at(-1) === OUTPUTS_OF[task][name]),
    { error: 'outputs of a batch of one, with as many numbers as its task needs', path: ['outputs'] },
  )
  .refine(({ task, outputs }) => task !== 'detect' || outputs['scores']?.shape[1] === outputs['boxes']?.shape[1], {
    error: 'as many boxes as scores',
    path: ['outputs'],
  })
  .refine(
    ({ task, input }) => task !== 'feature' || (input.shape[2] === ALIGNED_SIDE && input.shape[3] === ALIGNED_SIDE),
    { error: `an aligned face of ${ALIGNED_SIDE} x ${ALIGNED_SIDE}`, path: ['input', 'shape'] },
  );
export type ModelSpec = z.infer<typeof ModelSpec>;

const Operating = z.strictObject({
  detection: z.strictObject({ scoreMin: Share }),
  pad: z.strictObject({ meanMin: Share, frameMin: Share }),
  identification: z
    .strictObject({
      threshold: Share,
      margin: Share,
      framesAgreeing: z.int().positive(),
      framesConsidered: z.int().positive(),
      fpirByGallerySize: z.array(z.strictObject({ people: z.int().positive(), fpir: Share })).min(1),
    })
    .refine(
      (operating) => operating.framesAgreeing <= operating.framesConsidered,
      'no more frames agreeing than are considered',
    )
    .refine(
      ({ fpirByGallerySize: sizes }) => sizes.every((size, i) => i === 0 || sizes[i - 1]!.people < size.people),
      'ascending numbers of people',
    ),
  verification: z.strictObject({ threshold: Share }),
});

const Quality = z.strictObject({
  faceWidthMin: z.number().positive(),
  yawMax: Degrees,
  pitchMax: Degrees,
  rollMax: Degrees,
  sharpnessMin: z.number().min(0),
  brightnessMin: z.number().min(0).max(255),
  brightnessMax: z.number().min(0).max(255),
  clippedShareMax: Share,
});

const ModelsFile = z.strictObject({
  version: z.literal(1),
  /** The npm package that the files are taken out of. */
  source: z.strictObject({ package: z.string().min(1), version: z.string().min(1), folder: z.string().min(1) }),
  models: z.array(ModelSpec).refine(
    (models) =>
      sameNames(
        models.map(({ task }) => task),
        TASKS,
      ),
    `one model for each of ${TASKS.join(', ')}`,
  ),
  operating: Operating,
  quality: Quality,
});

/** The models of a gate with the numbers at which they are run. */
export interface ModelsFile {
  readonly version: 1;
  readonly source: { readonly package: string; readonly version: string; readonly folder: string };
  readonly models: readonly ModelSpec[];
  readonly operating: OperatingPoint;
  readonly quality: QualityLimits;
}

const FOUND_LENGTH_MAX = 120;

/**
 * @param name of the file, for faults
 * @throws Fault `model` naming the key, what stands there and what was expected
 */
export function parseModelsFile(text: string, name: string): ModelsFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Fault('model', { thing: name, found: 'no JSON', expected: 'a JSON object' }, cause);
  }
  const parsed = ModelsFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const found = JSON.stringify(valueAt(json, issue.path))?.slice(0, FOUND_LENGTH_MAX) ?? 'nothing';
  const thing = issue.path.length === 0 ? name : `${name}: ${issue.path.map(String).join('.')}`;
  throw new Fault('model', { thing, found, expected: issue.message.replace(/^Invalid input: expected /, '') });
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}

/**
 * Puts other models of the same tasks in place of those of the file; their input and outputs stay those of the task.
 * @throws Fault `model` for a task that there is not, or one chosen twice
 */
export function withChoices(models: readonly ModelSpec[], choices: readonly ModelChoice[]): readonly ModelSpec[] {
  const byTask = new Map<string, ModelChoice>();
  for (const choice of choices) {
    const known = models.some(({ task }) => task === choice.task);
    if (!known || byTask.has(choice.task)) {
      const expected = known ? 'one choice a task' : `one of ${models.map(({ task }) => task).join(', ')}`;
      throw new Fault('model', { thing: `model chosen for ${choice.task}`, found: choice.file, expected });
    }
    byTask.set(choice.task, choice);
  }
  return models.map((model) => {
    const choice = byTask.get(model.task);
    if (choice === undefined) return model;
    const { file, sha256 } = choice;
    return { ...model, file, sha256, licence: UNSTATED, provenance: `Chosen by configuration: ${UNSTATED}` };
  });
}

const UNSTATED = 'not stated';
