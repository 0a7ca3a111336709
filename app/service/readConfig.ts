import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { parseModelsFile, type ModelsFile } from '#vision/models/modelsFile.ts';
import { parseTerminalConfig } from './config/parseTerminalConfig.ts';
import type { ReadConfiguration } from './configuration.ts';

/** Where the program's own files lie, below one folder. */
export interface ProgramFolders {
  readonly models: string;
  readonly pictures: string;
  readonly pages: string;
  readonly signage: string;
}

export const programFolders = (root: string): ProgramFolders => ({
  models: join(root, 'models'),
  pictures: join(root, 'build/people'),
  pages: join(root, 'build/web'),
  signage: join(root, 'signage'),
});

/** @throws Fault `model` for a models.json that is missing or wrong */
export function readModels(folder: string): ModelsFile {
  const file = join(folder, 'models.json');
  return parseModelsFile(readText(file, 'model', 'the list of models'), file);
}

/** The gate that the program brings along: its data lie below `folder`. */
export const BUILT_IN_GATE = join(import.meta.dirname, 'simulated/gate.yaml');

export interface ConfigSource {
  /** A file of the operator's, whose relative paths start beside it; absent for the simulated gate brought along. */
  readonly file: string | undefined;
  readonly simulated: boolean;
  /** Where the simulated gate that is brought along keeps its data. */
  readonly folder: string;
}

/** The file that a source means. */
export const configFile = ({ file }: ConfigSource): string => (file === undefined ? BUILT_IN_GATE : resolve(file));

/** @throws Fault `config` that names every mistake */
export const readConfig = (source: ConfigSource, models: ModelsFile): TerminalConfig =>
  readConfiguration(source, models).config;

/** With the hash of what was read. @throws as `readConfig` does */
export function readConfiguration(source: ConfigSource, models: ModelsFile): ReadConfiguration {
  const { file, simulated, folder } = source;
  const path = configFile(source);
  const text = readText(path, 'config', 'a configuration file');
  const config = parseTerminalConfig(text, {
    file: path,
    folder: file === undefined ? folder : dirname(path),
    simulated,
    models: { quality: models.quality, framesConsidered: models.operating.identification.framesConsidered },
  });
  return { config, sha256: createHash('sha256').update(text).digest('hex') };
}

function readText(file: string, code: 'config' | 'model', expected: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Fault(code, { thing: file, found: messageOf(error), expected }, error);
  }
}
