import * as z from 'zod/mini';
import type { Configuration } from '../configuration.ts';
import { asJson, controlCommand, type ControlCommand } from './controlCommand.ts';

/** What lies in the file takes effect, as far as it may without a restart. */
export const configurationCommands = (configuration: Pick<Configuration, 'apply'>): readonly ControlCommand[] => [
  controlCommand('configuration-apply', {
    recorded: true,
    given: z.strictObject({}),
    run: () => asJson(configuration.apply()),
  }),
];
