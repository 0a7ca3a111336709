import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { HealthReport } from '#core/ports/health.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { forbidCoreDumps } from '#platform/coreDumps.ts';
import { programFolders, readConfig, readModels } from '#service/readConfig.ts';
import type { ModelsFile } from '#vision/models/modelsFile.ts';
import type { CommissioningOptions } from './arguments.ts';
import { showClock, showDataFolder, showKey } from './dataChecks.ts';
import { showAccessPoints, showBoards, showDoors, showReaderLines, showWires } from './deviceChecks.ts';
import type { Findings } from './findings.ts';
import { showModels } from './modelChecks.ts';

/** What the checks of a real gate share. */
export interface Commissioning {
  readonly config: TerminalConfig;
  readonly models: ModelsFile;
  readonly modelsFolder: string;
  readonly clock: Clock;
  readonly findings: Findings;
  /** What the gate would show on its health page. */
  readonly report: (line: HealthReport) => void;
}

/**
 * Looks whether a real gate can be started: everything that it needs, one by one, and nothing is changed by it. No
 * strike moves unless `move` is given. It needs the lines and the data for itself, so the gate is stopped first.
 */
export async function commissioning(root: string, options: CommissioningOptions, findings: Findings): Promise<void> {
  const folders = programFolders(root);
  const read = readBoth(folders.models, options.config, findings);
  if (read === undefined) return;
  const health = new Map<string, HealthReport>();
  const report = (line: HealthReport): void => void health.set(line.part, line);
  const { forbidden, says } = forbidCoreDumps();
  report({ part: 'core dumps', level: forbidden ? 'ok' : 'warning', says });
  const parts: Commissioning = { ...read, modelsFolder: folders.models, clock: new SystemClock(), findings, report };
  const newest = await showDataFolder(parts, await showKey(parts));
  await showClock(parts, newest);
  await showModels(parts);
  const reachable = await showBoards(parts);
  await showReaderLines(parts);
  await showAccessPoints(parts);
  await showWires(parts);
  await showDoors(parts, { reachable, move: options.move });
  for (const line of health.values()) {
    findings.add(`health.${line.part.replaceAll(/\W+/g, '_')}`, {
      ok: line.level !== 'failed',
      value: line.level,
      note: line.says,
    });
  }
}

/** Undefined where one of them cannot be used, which is a finding: nothing else can be looked at then. */
function readBoth(
  modelsFolder: string,
  file: string,
  findings: Findings,
): { config: TerminalConfig; models: ModelsFile } | undefined {
  let models: ModelsFile | undefined;
  try {
    models = readModels(modelsFolder);
    findings.add('models.list', { value: models.models.length, unit: 'models' });
    const config = readConfig({ file, simulated: false, folder: '' }, models);
    findings.add('config.parses', {
      value: config.terminal,
      note: `${config.doors.length} doors, ${config.accessPoints.length} access points, ${config.boards.length} boards`,
    });
    return { config, models };
  } catch (error) {
    findings.add(models === undefined ? 'models.list' : 'config.parses', { ok: false, note: messageOf(error) });
    return undefined;
  }
}
