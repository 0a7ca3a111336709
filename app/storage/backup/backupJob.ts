import * as z from 'zod/mini';
import type { JournalId } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import { BACKED_UP } from './header.ts';
import type { Snapshot } from './snapshot.ts';

/** What the backup thread is started with. */
export interface BackupJob {
  readonly snapshot: Snapshot;
  /** The folder that it goes to. */
  readonly target: string;
  readonly verify: boolean;
  /** How many verified ones stay there; without it all of them. */
  readonly keep?: number;
}

const bytes = z.custom<Uint8Array>((found) => found instanceof Uint8Array, 'bytes');
const whole = <Value extends number>(): z.ZodMiniType<Value> =>
  z.custom<Value>((found) => Number.isSafeInteger(found), 'a whole number');

const Job: z.ZodMiniType<BackupJob> = z.strictObject({
  snapshot: z.strictObject({
    facts: z.strictObject({
      id: z.string(),
      terminal: z.string(),
      simulated: z.boolean(),
      madeAt: whole<WallTime>(),
      generation: z.number(),
      journal: z.strictObject({ journal: z.string(), last: z.number(), hash: z.string() }),
      backupKeyGeneration: z.number(),
      recoveryKey: z.union([bytes, z.undefined()]),
      formerKeys: z.array(z.strictObject({ key: bytes, upTo: whole<JournalId>() })),
      files: z.array(z.strictObject({ name: z.enum(BACKED_UP), bytes: z.number() })),
    }),
    folder: z.string(),
    keyring: bytes,
    secrets: z.instanceof(SharedArrayBuffer),
  }),
  target: z.string(),
  verify: z.boolean(),
  keep: z.exactOptional(z.number()),
});

/** What a worker is started with is untyped. @throws ZodError */
export const parseBackupJob = (data: unknown): BackupJob => Job.parse(data);
