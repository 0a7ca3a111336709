import * as z from 'zod/mini';

const PORT_MAX = 65_535;

/** What a service tells the process that started it. */
export const ServiceMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('alive') }),
  /** The gate is open for business; `port` is where the loopback server listens, where there is one. */
  z.strictObject({
    kind: z.literal('ready'),
    port: z.optional(z.number().check(z.int(), z.minimum(1), z.maximum(PORT_MAX))),
  }),
]);
export type ServiceMessage = z.infer<typeof ServiceMessage>;
