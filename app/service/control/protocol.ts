import { join } from 'node:path';
import * as z from 'zod/mini';
import type { FaultCode } from '#core/kernel/fault.ts';
import type { Json } from '#core/kernel/json.ts';

/** The socket in the data folder, for the gate's own account and root: whoever opens it could read the data as well. */
export const CONTROL_FILE = 'control';
/** A line either way, in bytes. */
export const CONTROL_LINE_BYTES_MAX = 1024 * 1024;

export const controlPath = (folder: string): string => join(folder, CONTROL_FILE);

/** One line of JSON goes in, one comes out, and the connection ends. */
export const ControlRequest = z.strictObject({ command: z.string(), given: z.unknown() });

export const ControlAnswer: z.ZodMiniType<ControlAnswer> = z.union([
  z.strictObject({ answer: z.json() }),
  z.strictObject({
    fault: z.strictObject({
      code: z.custom<FaultCode>((value) => typeof value === 'string', 'a code'),
      thing: z.string(),
      found: z.string(),
      expected: z.string(),
    }),
  }),
]);
export type ControlAnswer =
  | { readonly answer: Json }
  | {
      readonly fault: {
        readonly code: FaultCode;
        readonly thing: string;
        readonly found: string;
        readonly expected: string;
      };
    };
