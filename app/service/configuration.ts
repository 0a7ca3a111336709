import { stat } from 'node:fs/promises';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import { Deadline } from '#terminal/deadline.ts';
import type { Recorder } from '#terminal/recorder.ts';

/** How often the file is looked at for a change. */
export const LOOK_MS = millis(2_000);

/** A configuration as it was read. */
export interface ReadConfiguration {
  readonly config: TerminalConfig;
  /** Of the file's bytes, lower-case hex. */
  readonly sha256: string;
}

export interface ConfigurationParts {
  /** The file to watch. */
  readonly file: string;
  /** What the gate was started with. */
  readonly inForce: TerminalConfig;
  /** @throws Fault `config` that names every mistake */
  readonly read: () => ReadConfiguration;
  readonly adopt: (config: TerminalConfig) => void;
  /** Called whenever the file was found to be good. */
  readonly keep: () => void;
  /** Why the gate was started with the last good one, where the file is wrong. */
  readonly refused?: string | undefined;
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly health: Health;
}

export interface Applied {
  /** Are other rules, schedules or timings in force than before? */
  readonly changed: boolean;
  /** Sections whose change waits for the next start. */
  readonly needsRestart: readonly string[];
}

/**
 * The configuration of a gate that works. Rules, schedules, levels and timings change without a restart; where the file
 * is wrong, the last good one stays in force.
 */
export class Configuration implements Disposable {
  readonly #parts: ConfigurationParts;
  /** What the gate was started with, with the rules that are in force. */
  #inForce: TerminalConfig;
  readonly #nextLook: Deadline;
  /** The file as it was when it was last looked at; before the first look that is not known. */
  #lookedAt: string | undefined;
  #ended = false;
  /** Said already: a file that stays wrong is told of once. */
  #refused: string | undefined;

  constructor(parts: ConfigurationParts) {
    this.#parts = parts;
    this.#inForce = parts.inForce;
    this.#nextLook = new Deadline(parts.clock);
    if (parts.refused === undefined) {
      parts.health.report({ part: 'configuration', level: 'ok', says: `${parts.file} is in force` });
      parts.keep();
    } else this.#refuse(parts.refused);
  }

  /** Looks for a change from now on; the first look finds what was changed while the gate was started. */
  watch(): void {
    this.#nextLook.in(LOOK_MS, () => void this.#lookForChange());
  }

  /** Applies the file where it has changed, and never throws. */
  look(): void {
    try {
      this.apply();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }

  /** @throws Fault `config` for a file that is wrong: nothing has changed then. */
  apply(): Applied {
    const read = this.#readOrRefuse();
    const fixed = fixedParts(this.#inForce);
    const needsRestart = Object.entries(fixedParts(read.config))
      .filter(([section, value]) => value !== fixed[section])
      .map(([section]) => section);
    // Rules for doors that there are not, or by inputs that nobody reads, wait with these.
    const waits = needsRestart.some((section) => STRUCTURE.has(section));
    const next = waits ? this.#inForce : withLiveParts(this.#inForce, read.config);
    const changed = liveParts(next) !== liveParts(this.#inForce);
    if (changed) this.#parts.adopt(next);
    this.#inForce = next;
    this.#tell({ changed, needsRestart }, read.sha256);
    this.#parts.keep();
    return { changed, needsRestart };
  }

  [Symbol.dispose](): void {
    this.#nextLook[Symbol.dispose]();
    this.#ended = true;
  }

  async #lookForChange(): Promise<void> {
    const now = await identityOf(this.#parts.file);
    if (this.#ended) return;
    const changed = now !== this.#lookedAt;
    this.#lookedAt = now;
    if (changed) this.look();
    this.watch();
  }

  #readOrRefuse(): ReadConfiguration {
    try {
      return this.#parts.read();
    } catch (error) {
      this.#refuse(messageOf(error));
      throw error;
    }
  }

  #refuse(says: string): void {
    const { recorder, health } = this.#parts;
    if (says === this.#refused) return;
    this.#refused = says;
    recorder.record({ kind: 'configuration-refused', says });
    health.report({ part: 'configuration', level: 'warning', says: `the last good one stays in force: ${says}` });
  }

  #tell({ changed, needsRestart }: Applied, sha256: string): void {
    const { recorder, health, file } = this.#parts;
    this.#refused = undefined;
    if (changed) recorder.record({ kind: 'configuration-changed', sha256 });
    if (needsRestart.length === 0) {
      health.report({ part: 'configuration', level: 'ok', says: `${file} is in force` });
      return;
    }
    const sections = needsRestart.join(', ');
    const says = changed ? `in force but for what needs a restart: ${sections}` : `needs a restart: ${sections}`;
    health.report({ part: 'configuration', level: 'warning', says });
  }
}

/** Says whether a file is another one, or has another content, than before. */
async function identityOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** What stands where. With other doors, readers or inputs nothing is applied before the next start. */
const STRUCTURE: ReadonlySet<string> = new Set(['doors', 'turnstiles', 'accessPoints']);

/** Everything that is read at a start alone, by section. */
function fixedParts(config: TerminalConfig): Readonly<Record<string, string>> {
  const { access: _access, pin: _pin, doors, turnstiles, accessPoints, ...others } = config;
  const parts = {
    ...others,
    doors: doors.map(({ timings: _timings, ...door }) => door),
    turnstiles: turnstiles.map(({ timings: _timings, ...turnstile }) => turnstile),
    accessPoints: accessPoints.map(({ mode: _mode, ...accessPoint }) => accessPoint),
  };
  return Object.fromEntries(Object.entries(parts).map(([section, value]) => [section, JSON.stringify(value)]));
}

/** With the same doors and access points in the same order. */
const withLiveParts = (started: TerminalConfig, { access, pin, ...read }: TerminalConfig): TerminalConfig => ({
  ...started,
  access,
  pin,
  doors: started.doors.map((door, index) => ({ ...door, timings: read.doors[index]?.timings ?? door.timings })),
  turnstiles: started.turnstiles.map((one, index) => ({
    ...one,
    timings: read.turnstiles[index]?.timings ?? one.timings,
  })),
});

const liveParts = ({ access, pin, doors, turnstiles }: TerminalConfig): string =>
  JSON.stringify(
    [access, pin, doors.map(({ timings }) => timings), turnstiles.map(({ timings }) => timings)],
    (_, value: unknown) => (value instanceof Map ? [...value] : value),
  );
