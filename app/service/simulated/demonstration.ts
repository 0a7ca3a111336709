import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { Fault } from '#core/kernel/fault.ts';

const Box = z.strictObject({
  x: z.number(),
  y: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
});
const Card = z.strictObject({ id: z.string(), label: z.string(), number: z.string().regex(/^[0-9a-f]{1,16}$/) });

const Person = z.strictObject({
  name: z.string(),
  /** The scene whose photograph this person is enrolled from; absent for somebody who uses no face. */
  enrolFrom: z.optional(z.string()),
  card: Card,
  personalNumber: z.string().regex(/^\d{1,10}$/),
  pin: z.string().regex(/^\d{4,12}$/),
});

const Demonstration = z.strictObject({
  about: z.string(),
  source: z.strictObject({ package: z.string(), version: z.string(), folder: z.string(), licence: z.string() }),
  pictures: z.array(z.strictObject({ file: z.string(), sha256: z.string() })),
  scenes: z.array(
    z.strictObject({
      id: z.string(),
      label: z.string(),
      picture: z.string(),
      face: Box,
      /** Holds a head upright that is tilted in the photograph; clockwise. */
      turnDegrees: z.optional(z.number()),
    }),
  ),
  people: z.array(Person),
  unknownCards: z.array(Card),
});
/** The made-up people of the simulated gate, and the photographs that stand before its camera. */
export type Demonstration = z.infer<typeof Demonstration>;
export type DemonstrationPerson = z.infer<typeof Person>;

/** Cards of the simulated reader have this number format. */
export const DEMONSTRATION_CARD_FORMAT = 'uid';

/** @throws Fault `config` for a damaged description */
export function readDemonstration(): Demonstration {
  const file = join(import.meta.dirname, 'demonstration.json');
  const parsed = Demonstration.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Fault('config', {
    thing: `${file}: ${issue?.path.join('.')}`,
    found: 'something else',
    expected: issue?.message ?? '',
  });
}
