import { join } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';
import { createJpegDecoder } from '#drivers/camera/jpeg.ts';
import { loadSessions } from '#vision/node/loadSessions.ts';
import { readModelsFile } from '#vision/node/readModelsFile.ts';
import { Stages } from '#vision/stages/stages.ts';
import { WorkingMemory } from '#vision/workingMemory.ts';
import { readCollection, type Identity } from './evaluation/collection.ts';
import { Observer, RETRY_SCORE_MIN } from './evaluation/observe.ts';
import { evaluationResults, type Observed } from './evaluation/results.ts';
import { runCommand, type Arguments, type Result } from './report.ts';

/** How the models do on labelled pictures. Usage: npm run evaluate -- DIR [--seed N] [--json] */

const SEED_DEFAULT = 1;
const PROGRESS_EVERY = 50;

async function evaluate({ rest }: Arguments): Promise<{ results: readonly Result[]; seed: number }> {
  const { folder, seed } = parseArguments(rest);
  const collection = readCollection(folder);
  const modelsFolder = join(import.meta.dirname, '../models');
  const models = readModelsFile(join(modelsFolder, 'models.json'));
  const sessions = await loadSessions(modelsFolder, models.models);
  const memory = new WorkingMemory();
  const stages = new Stages({ models: models.models, sessions, memory, scoreMin: RETRY_SCORE_MIN });
  using decoder = await createJpegDecoder();
  const observer = new Observer({ decoder, stages, models });
  const progress = new Progress([...collection.gallery, ...collection.impostors]);
  const gallery = await observeAll(collection.gallery, observer, progress);
  const impostors = await observeAll(collection.impostors, observer, progress);
  await stages.release();
  return { results: evaluationResults({ gallery, impostors, models, seed }), seed };
}

function parseArguments(rest: readonly string[]): { folder: string; seed: number } {
  const usage = 'evaluate DIR [--seed N] [--json]';
  const at = rest.indexOf('--seed');
  const seed = at < 0 ? SEED_DEFAULT : Number(rest[at + 1]);
  const folders = at < 0 ? rest : rest.toSpliced(at, 2);
  const [folder] = folders;
  if (folder === undefined || folders.length > 1 || folder.startsWith('-') || !Number.isSafeInteger(seed)) {
    throw new Fault('command', { thing: 'arguments', found: rest.join(' ') || 'none', expected: usage });
  }
  return { folder, seed };
}

async function observeAll(
  identities: readonly Identity[],
  observer: Observer,
  progress: Progress,
): Promise<Observed[]> {
  const observed: Observed[] = [];
  for (const { pictures } of identities) {
    const observations = [];
    for (const path of pictures) {
      observations.push(await observer.look(path));
      progress.step();
    }
    observed.push({ observations });
  }
  return observed;
}

/** A line that counts, for whoever sits before a terminal. */
class Progress {
  readonly #all: number;
  #done = 0;

  constructor(identities: readonly Identity[]) {
    this.#all = identities.reduce((sum, { pictures }) => sum + pictures.length, 0);
  }

  step(): void {
    this.#done++;
    if (!process.stderr.isTTY) return;
    if (this.#done % PROGRESS_EVERY === 0) process.stderr.write(`\r${this.#done} of ${this.#all} pictures`);
    if (this.#done === this.#all) process.stderr.write('\r\u001b[K');
  }
}

await runCommand('evaluate', evaluate);
