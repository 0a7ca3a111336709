import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Random } from '#core/ports/random.ts';
import { renewTokenFile } from '#service/loopback/token.ts';
import { openGate, type OpenGate } from '#service/openGate.ts';
import { programFolders, readConfig, readModels, type ProgramFolders } from '#service/readConfig.ts';
import type { ModelsFile } from '#vision/models/modelsFile.ts';
import { madeUpPeople } from './madeUpPeople.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** What differs between the gates that are measured; data and key are the same. */
interface Surroundings {
  readonly board: string;
  readonly camera: string;
}

export const ALL_SIMULATED: Surroundings = { board: 'driver: simulated', camera: 'driver: simulated' };

/**
 * The gate that is measured: the simulated one, with no bound on the size of its gallery and without long pauses, so that
 * one presentation follows the other.
 */
const gateFile = ({ board, camera }: Surroundings): string => `terminal: bench-gate
handler: { name: Lintel bench, contact: bench@lintel.example }
data: data
key: data.key
kiosk: { access-point: entrance, language: en, preview: outline, port: 0, outcome-ms: 500 }
biometrics: { fpir-max: 1, presentation: { rest-ms: 500, gone-ms: 200 } }
boards: [{ id: board-1, channels: 1, ${board} }]
doors:
  - { id: front, lock: fail-secure, board: board-1, channel: 1, unlock-ms: 200 }
access-points:
  - { id: entrance, name: Entrance, door: front, mode: walk-up, camera: { ${camera} }, reader: { driver: simulated } }
`;

export interface BenchParts {
  readonly clock: Clock;
  readonly random: Random;
}

/** A folder of its own with a gate's data in it; disposing of it removes everything. */
export class BenchFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'lintel-bench-'));
  readonly program: ProgramFolders = programFolders(ROOT);
  /** Of the loopback server. */
  readonly tokenFile = join(this.path, 'token');
  readonly models: ModelsFile = readModels(this.program.models);
  readonly #parts: BenchParts;
  #people = 0;

  constructor(parts: BenchParts) {
    this.#parts = parts;
    renewTokenFile(this.tokenFile)[Symbol.dispose]();
  }

  get token(): string {
    return readFileSync(this.tokenFile, 'utf8').trim();
  }

  /** Made-up people enrolled so far, beside those of the demonstration. */
  get people(): number {
    return this.#people;
  }

  /** The configuration file of a gate on this data. */
  configure(name: string, surroundings: Surroundings): string {
    const file = join(this.path, `${name}.yaml`);
    writeFileSync(file, gateFile(surroundings));
    return file;
  }

  /** Opens the all-simulated gate in this process. */
  async open(): Promise<{ readonly open: OpenGate; readonly config: TerminalConfig }> {
    const file = this.configure('simulated', ALL_SIMULATED);
    const config = readConfig({ file, simulated: true, folder: this.path }, this.models);
    const open = await openGate({ config, models: this.models, folders: this.program, ...this.#parts });
    return { open, config };
  }

  /** Enrols made-up people until there are `count`, and the people of the demonstration where nobody was there. */
  async fill(count: number): Promise<void> {
    if (this.#people >= count) return;
    const { open } = await this.open();
    try {
      const missing = { from: this.#people + 1, to: count, templateFormat: open.gate.engine.templateFormat };
      await open.gate.storage.people.enrolMany(madeUpPeople(missing));
      this.#people = count;
    } finally {
      await open.close();
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
