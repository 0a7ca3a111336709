import * as z from 'zod/mini';
import type { Gate } from '../assemble.ts';
import { accessCommands } from './accessCommands.ts';
import { backupCommands } from './backupCommands.ts';
import { controlCommand, type ControlCommand } from './controlCommand.ts';
import { journalCommands } from './journalCommands.ts';
import { keyCommands } from './keyCommands.ts';
import { privacyCommands } from './privacyCommands.ts';
import { readerCommands } from './readerCommands.ts';

const Nothing = z.strictObject({});

/** Everything that a gate can be asked for while it works. */
export const controlCommands = (gate: Gate): readonly ControlCommand[] => [
  controlCommand('health', {
    recorded: false,
    given: Nothing,
    run: () => gate.health.lines.map(({ part, level, says }) => ({ part, level, says })),
  }),
  ...journalCommands(gate.storage.journal, (event) => gate.recorder.record(event)),
  ...keyCommands(gate.storage.keys),
  ...backupCommands(gate.backups),
  ...privacyCommands(gate.terminal),
  ...accessCommands(gate.terminal, gate.clock),
  ...readerCommands(gate.readers),
];
