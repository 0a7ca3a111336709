import * as z from 'zod/mini';

/** Somebody, or something, that can stand before the simulated camera. */
const Scene = z.strictObject({ id: z.string().check(z.maxLength(40)), label: z.string().check(z.maxLength(80)) });

const Name = z.string().check(z.maxLength(40));

/** A door or a turnstile with what is wired to it. */
const SimulatedBarrier = z.strictObject({
  id: Name,
  kind: z.enum(['door', 'turnstile']),
  /** As its machine tells it. */
  told: Name,
  /** Of a turnstile one for each way, and one that drops the arms where there is one. */
  relays: z
    .array(z.strictObject({ name: z.string().check(z.maxLength(80)), level: z.enum(['energised', 'de-energised']) }))
    .check(z.maxLength(3)),
  inputs: z.array(z.strictObject({ input: Name, active: z.boolean() })).check(z.maxLength(15)),
  readers: z
    .array(z.strictObject({ accessPoint: Name, label: z.string().check(z.maxLength(80)) }))
    .check(z.maxLength(16)),
});
export type SimulatedBarrier = z.infer<typeof SimulatedBarrier>;

/** What the simulator page shows of the world around a simulated gate. */
export const SimulatorView = z.strictObject({
  version: z.literal(1),
  scenes: z.array(Scene).check(z.maxLength(50)),
  scene: z.string(),
  cards: z.array(Scene).check(z.maxLength(20)),
  /** Digits that are known only because these people are made up. */
  pins: z
    .array(z.strictObject({ label: z.string(), personalNumber: z.string(), pin: z.string() }))
    .check(z.maxLength(20)),
  /** Absent, as `line` is, where the relay board stands outside of the simulated world. */
  relay: z.optional(z.enum(['energised', 'de-energised'])),
  relayBytes: z.array(z.string()).check(z.maxLength(20)),
  line: z.optional(z.enum(['up', 'down'])),
  contact: z.enum(['closed', 'open']),
  fire: z.boolean(),
  door: z.string(),
  /** Everything that opens, with all its inputs and readers; absent in a view of before there was more than one. */
  barriers: z.optional(z.array(SimulatedBarrier).check(z.maxLength(24))),
  journal: z.array(z.string()).check(z.maxLength(20)),
  health: z.array(z.strictObject({ part: z.string(), level: z.enum(['ok', 'warning', 'failed']), says: z.string() })),
});
export type SimulatorView = z.infer<typeof SimulatorView>;

/** What the simulator page may do to the world. It cannot reach into the terminal. */
export const SimulatorCommand = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('choose-scene'), scene: z.string().check(z.maxLength(40)) }),
  /** At the reader of the kiosk's access point where no other is named. */
  z.strictObject({ kind: z.literal('show-card'), card: Name, accessPoint: z.optional(Name) }),
  z.strictObject({
    kind: z.literal('press-keys'),
    keys: z.string().check(z.regex(/^[0-9*#]{1,20}$/)),
    accessPoint: Name,
  }),
  z.strictObject({ kind: z.literal('set-input'), barrier: Name, input: Name, active: z.boolean() }),
  z.strictObject({ kind: z.literal('press-rex') }),
  z.strictObject({ kind: z.literal('set-contact'), contact: z.enum(['closed', 'open']) }),
  z.strictObject({ kind: z.literal('set-fire'), active: z.boolean() }),
  z.strictObject({ kind: z.literal('set-line'), line: z.enum(['up', 'down']) }),
]);
export type SimulatorCommand = z.infer<typeof SimulatorCommand>;
