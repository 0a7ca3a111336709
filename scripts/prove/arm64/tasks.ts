import { z } from 'zod';

/** What the program does on each machine, one after the other. Paths are absolute. */
const Task = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('vision') }),
  z.strictObject({ kind: z.literal('platform') }),
  z.strictObject({ kind: z.literal('camera'), library: z.string() }),
  /** Ends of two lines: at the far end of one is an LCUS board, of the other somebody who says again what he hears. */
  z.strictObject({ kind: z.literal('serial'), board: z.string(), echo: z.string() }),
  /** Makes a data folder there and enrols people in it. */
  z.strictObject({ kind: z.literal('keep'), folder: z.string() }),
  /** Opens what `keep` has made, here or on the other machine. */
  z.strictObject({ kind: z.literal('find'), folders: z.array(z.string()) }),
]);
export type Task = z.infer<typeof Task>;
export const Tasks = z.array(Task);

/** What the program writes for each task, a line each: its answer, or why there is none. */
export const Told = z.union([z.strictObject({ answer: z.unknown() }), z.strictObject({ fault: z.string() })]);
export type Told = z.infer<typeof Told>;

const Count = z.number().int().nonnegative();
const Box = z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });

export const VisionAnswer = z.strictObject({
  photographs: z.array(
    z.strictObject({
      file: z.string(),
      /** All that are in it, the widest first; of that one are the others. */
      faces: z.array(Box),
      features: z.array(z.number()),
      live: z.number(),
    }),
  ),
});
export type VisionAnswer = z.infer<typeof VisionAnswer>;

export const PlatformAnswer = z.strictObject({
  arch: z.string(),
  node: z.string(),
  locked: z.boolean(),
  overwritten: z.boolean(),
  /** What a file that is no GPIO chip is told to be, by way of `open`, `ioctl` and `errno`. */
  noChip: z.string(),
});
export type PlatformAnswer = z.infer<typeof PlatformAnswer>;

export const CameraAnswer = z.strictObject({
  frames: z.array(z.strictObject({ name: z.string(), pixels: z.base64() })),
});
export type CameraAnswer = z.infer<typeof CameraAnswer>;

export const SerialAnswer = z.strictObject({ said: z.array(z.number()), echoed: z.array(z.number()) });
export type SerialAnswer = z.infer<typeof SerialAnswer>;

export const FindAnswer = z.strictObject({
  found: z.array(
    z.strictObject({
      folder: z.string(),
      enrolled: Count,
      people: Count,
      /** What is not as it was enrolled. */
      differences: z.array(z.string()),
      /** Of the PIN that was hashed there, and of another. */
      pin: z.boolean(),
      wrongPin: z.boolean(),
    }),
  ),
});
export type FindAnswer = z.infer<typeof FindAnswer>;
