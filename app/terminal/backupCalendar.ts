import type { BackupConfig } from '#core/config/terminalConfig.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { after, millis, monotonic, type Millis, type Monotonic, type WallTime } from '#core/kernel/units.ts';
import type { BackupMade, Backups } from '#core/ports/backups.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import { Deadline } from './deadline.ts';
import type { Recorder } from './recorder.ts';

/** After a start the gate opens its door first. */
export const BACKUP_FIRST_LOOK_MS = millis(5 * 60_000);
/** How often the age is told anew, a target that was away is tried again, and escrow places are. */
export const BACKUP_LOOK_MS = millis(10 * 60_000);
/** A backup is late once its age is this many times what is configured. */
const LATE_TIMES = 2;
const HOUR_MS = 3_600_000;
/** Characters of a reason that the journal keeps. */
const SAYS_MAX = 500;
const PART = 'backup';

export interface BackupCalendarParts {
  readonly backups: Backups;
  /** Undefined where none is configured. */
  readonly config: BackupConfig | undefined;
  /** Puts what is stale in the escrow places right. */
  readonly retryEscrow: () => Promise<void>;
  readonly clock: Clock;
  readonly health: Health;
  readonly recorder: Recorder;
}

/** Makes backups when they are due, and tells how old the last verified one is. The gate never waits for it. */
export class BackupCalendar {
  readonly #parts: BackupCalendarParts;
  readonly #deadline: Deadline;
  #looking: Promise<void> = Promise.resolve();
  /** When the newest verified one was made; undefined where none is known of. */
  #newest: WallTime | undefined;
  /** Not to be tried before; undefined until the target has been looked at. */
  #dueAt: Monotonic | undefined;
  /** Why the last attempt failed: recorded once, however often it is tried. */
  #failure: string | undefined;
  #stopped = false;

  constructor(parts: BackupCalendarParts) {
    this.#parts = parts;
    this.#deadline = new Deadline(parts.clock);
  }

  start(): void {
    const { config, health } = this.#parts;
    if (config === undefined)
      health.report({ part: PART, level: 'warning', says: 'none are made: no folder for them is configured' });
    this.#lookAfter(BACKUP_FIRST_LOOK_MS);
  }

  /** A backup that is under way is ended with the storage that it is made of; nobody waits for it here. */
  stop(): void {
    this.#stopped = true;
    this.#deadline[Symbol.dispose]();
  }

  /** Settles when what is under way has ended. */
  get settled(): Promise<void> {
    return this.#looking;
  }

  /**
   * Makes one now, by command; without a folder where the schedule makes them.
   * @throws Fault `command` where no folder is named, or whatever stood in its way; it is recorded either way.
   */
  async make({ folder, verify }: { readonly folder?: string; readonly verify: boolean }): Promise<BackupMade> {
    const { config } = this.#parts;
    const target = folder ?? config?.folder;
    if (target === undefined)
      throw new Fault('command', { thing: 'backup', found: 'no folder', expected: 'one named here or configured' });
    const keep = target === config?.folder ? { keep: config.keep } : {};
    return this.#make({ folder: target, verify, ...keep });
  }

  #lookAfter(span: Millis): void {
    if (this.#stopped) return;
    this.#deadline.in(span, () => {
      this.#lookAfter(BACKUP_LOOK_MS);
      this.#looking = this.#look(this.#looking);
    });
  }

  /** One after the other: a target that hangs holds up the next look, and nothing else. */
  async #look(before: Promise<void>): Promise<void> {
    const { config, clock } = this.#parts;
    await before;
    if (this.#stopped) return;
    await this.#replaceEscrow();
    if (config === undefined) return;
    try {
      this.#dueAt ??= await this.#firstDue(config);
      if (clock.monotonic() >= this.#dueAt) {
        await this.#make({ ...config, verify: true });
        this.#dueAt = after(clock.monotonic(), config.everyMs);
      }
      this.#tellAge(config);
    } catch (error) {
      this.#tellFailure(config, messageOf(error));
    }
  }

  async #replaceEscrow(): Promise<void> {
    const { retryEscrow, health } = this.#parts;
    try {
      await retryEscrow();
    } catch (error) {
      health.report({ part: 'escrow', level: 'warning', says: messageOf(error) });
    }
  }

  /** By the age of what lies there, whatever the clock was when it was made: never later than one interval from now. */
  async #firstDue({ folder, everyMs }: BackupConfig): Promise<Monotonic> {
    const { backups, clock } = this.#parts;
    this.#newest = await backups.newest(folder);
    const age = this.#newest === undefined ? everyMs : Math.max(0, clock.wall() - this.#newest);
    return monotonic(clock.monotonic() + Math.max(0, everyMs - age));
  }

  async #make(request: {
    readonly folder: string;
    readonly verify: boolean;
    readonly keep?: number;
  }): Promise<BackupMade> {
    const { backups, clock, recorder } = this.#parts;
    const { folder, verify, keep } = request;
    try {
      const at = clock.wall();
      const made = await backups.make({ folder, at, verify, ...(keep === undefined ? {} : { keep }) });
      recorder.record({ kind: 'backup-made', backup: made.id, verified: made.verified });
      this.#failure = made.verified || !verify ? undefined : made.says;
      if (made.verified && folder === this.#parts.config?.folder) this.#newest = at;
      return made;
    } catch (error) {
      this.#recordFailure(messageOf(error));
      throw error;
    }
  }

  #recordFailure(says: string): void {
    if (this.#stopped || this.#failure === says) return;
    this.#failure = says;
    this.#parts.recorder.record({ kind: 'backup-failed', says: says.slice(0, SAYS_MAX) });
  }

  #tellAge(config: BackupConfig): void {
    const { health } = this.#parts;
    if (this.#failure !== undefined) return this.#tellFailure(config, this.#failure);
    health.report({
      part: PART,
      level: this.#late(config) ? 'failed' : 'ok',
      says: `${this.#age()}, in ${config.folder}`,
    });
  }

  #tellFailure(config: BackupConfig, why: string): void {
    const level = this.#newest === undefined || this.#late(config) ? 'failed' : 'warning';
    this.#parts.health.report({ part: PART, level, says: `${why}; ${this.#age()}` });
  }

  #late({ everyMs }: BackupConfig): boolean {
    return this.#newest === undefined || this.#parts.clock.wall() - this.#newest > LATE_TIMES * everyMs;
  }

  #age(): string {
    if (this.#newest === undefined) return 'no verified one is known of';
    const hours = Math.floor((this.#parts.clock.wall() - this.#newest) / HOUR_MS);
    return hours < 1 ? 'the last verified one is of this hour' : `the last verified one is ${hours} hours old`;
  }
}
