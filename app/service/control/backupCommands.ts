import * as z from 'zod/mini';
import type { BackupCalendar } from '#terminal/backupCalendar.ts';
import { controlCommand, type ControlCommand } from './controlCommand.ts';

const Make = z.strictObject({ folder: z.exactOptional(z.string()), verify: z.boolean() });

/** Backups of a gate that works. */
export const backupCommands = (backups: BackupCalendar): readonly ControlCommand[] => [
  controlCommand('backup-make', {
    recorded: true,
    given: Make,
    run: async (given) => ({ ...(await backups.make(given)) }),
  }),
];
