import { join } from 'node:path';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { parseTerminalConfig } from '#service/config/parseTerminalConfig.ts';
import { readModels } from '#service/readConfig.ts';

const { quality, operating } = readModels(join(import.meta.dirname, '../../../models'));
const MODELS = { quality, framesConsidered: operating.identification.framesConsidered };

/** What the text says where it stands in `/srv/gate/gate.yaml`. */
export const parse = (text: string, simulated = false): TerminalConfig =>
  parseTerminalConfig(text, { file: 'gate.yaml', folder: '/srv/gate', simulated, models: MODELS });
