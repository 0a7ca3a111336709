import * as z from 'zod/mini';

const PORT_MAX = 65_535;
const SCREENS_MAX = 100;

/** What a service tells the process that started it. */
export const ServiceMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('alive') }),
  /** The gate is open for business; `port` is where the loopback server listens, where there is one. */
  z.strictObject({
    kind: z.literal('ready'),
    port: z.optional(z.number().check(z.int(), z.minimum(1), z.maximum(PORT_MAX))),
  }),
  /** How many screens show the kiosk page at this moment. */
  z.strictObject({
    kind: z.literal('screens'),
    kiosk: z.number().check(z.int(), z.minimum(0), z.maximum(SCREENS_MAX)),
  }),
]);
export type ServiceMessage = z.infer<typeof ServiceMessage>;
