import { messageOf } from '#core/kernel/fault.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { millis, wallTime, type Millis, type WallTime } from '#core/kernel/units.ts';
import type { SubjectsGone } from '#core/journal/search.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { JournalArchive, PeopleStore } from '#core/ports/stores.ts';
import {
  afterErasure,
  days,
  journalSpan,
  PURGED_TYPES,
  PURGED_WITH,
  purposeEnd,
  type PurgedType,
  type PurposeEnd,
  type RetentionRules,
} from '#core/privacy/retention.ts';
import type { ClockGuard } from './clockGuard.ts';
import type { ConsentTerms } from './consentTerms.ts';
import { Deadline, within } from './deadline.ts';
import { forecastOf, purposesOf, type Due, type Forecast } from './forecast.ts';
import type { KnownPeople } from './knownPeople.ts';
import { LastUse } from './lastUse.ts';
import type { Recorder } from './recorder.ts';

/** The first purge after a start: the door has opened for many by then. */
export const PURGE_START_MS = 600_000;
export const PURGE_EVERY_MS = days(1);
/** After one that could not do everything. */
export const PURGE_RETRY_MS = 3_600_000;
/** People whose keys are destroyed in one act: an entry that waits behind it hardly notices. */
export const PEOPLE_PURGED_AT_ONCE = 16;
/** How long beforehand the health page tells what will be removed. */
export const FORECAST_MS = days(7);
/** How long a stop waits for the step that is under way. */
const STOP_MS_MAX = 1_000;

export interface PurgeParts {
  readonly people: PeopleStore;
  readonly journal: JournalArchive;
  readonly known: KnownPeople;
  readonly terms: ConsentTerms;
  readonly guard: ClockGuard;
  readonly retention: RetentionRules;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly health: Health;
}

export interface PurgeOutcome {
  /** `held`: the clock is not believed. `failed`: not everything was done, and it is tried again. */
  readonly kind: 'done' | 'held' | 'failed';
  readonly removed: Partial<Readonly<Record<PurgedType, number>>>;
}

/**
 * Removes what is kept no longer, every day by itself, in steps between which everything else goes first. Each step looks
 * at the clock anew: one that jumped ahead removes nothing.
 */
export class Purge {
  readonly #parts: PurgeParts;
  readonly #next: Deadline;
  readonly #lastUse: LastUse;
  #lastUses: ReadonlyMap<Pseudonym, WallTime> = new Map();
  #running: Promise<PurgeOutcome> | undefined;
  #stopped = false;

  constructor(parts: PurgeParts) {
    this.#parts = parts;
    this.#next = new Deadline(parts.clock);
    this.#lastUse = new LastUse(parts.journal, parts.retention.unused);
  }

  start(): void {
    this.#later(millis(PURGE_START_MS));
  }

  /** Purges now; one that is under way is waited for and counts. */
  run(): Promise<PurgeOutcome> {
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** What will be removed until then, by type. @throws Fault where store or journal cannot be asked. */
  async forecast(until: WallTime): Promise<readonly Forecast[]> {
    return forecastOf(await this.#due(until), until);
  }

  forecastWithin(span: Millis): Promise<readonly Forecast[]> {
    return this.forecast(wallTime(this.#parts.clock.wall() + span));
  }

  /** Somebody has looked at the clock: what was held goes on. */
  confirmClock(): WallTime {
    const confirmed = this.#parts.guard.confirm();
    this.#later(millis(0));
    return confirmed;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#next[Symbol.dispose]();
    await within(this.#parts.clock, millis(STOP_MS_MAX), async () => this.#running);
  }

  #later(inMs: Millis): void {
    if (!this.#stopped) this.#next.in(inMs, () => void this.#runAndGoOn());
  }

  async #runAndGoOn(): Promise<void> {
    const { kind } = await this.run();
    this.#later(kind === 'done' ? PURGE_EVERY_MS : millis(PURGE_RETRY_MS));
  }

  async #run(): Promise<PurgeOutcome> {
    const removed: Partial<Record<PurgedType, number>> = {};
    const count: Count = (type, how) => {
      if (how > 0) removed[type] = (removed[type] ?? 0) + how;
    };
    const failures: string[] = [];
    const steps = [
      () => this.#eraseRestricted(count),
      () => this.#endLapsed(count),
      () => this.#endPurposes(count),
      () => this.#removeConsents(count),
      () => this.#removeSubjects(count),
      () => this.#removeSegments(count),
    ];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        failures.push(messageOf(error));
      }
    }
    const believed = await this.#parts.guard.trusts();
    // While the clock is not believed nothing may say that it was; what was removed before that has entries of its own.
    if (believed) this.#parts.recorder.record({ kind: 'purged', removed });
    this.#tell(removed, failures, believed);
    if (believed) await this.#tellForecast();
    if (failures.length > 0) return { kind: 'failed', removed };
    return { kind: believed ? 'done' : 'held', removed };
  }

  async #mayGoOn(): Promise<boolean> {
    return !this.#stopped && (await this.#parts.guard.trusts());
  }

  /** People whose last legal minimum has ended. */
  async #eraseRestricted(count: Count): Promise<void> {
    const { people, clock, recorder } = this.#parts;
    while (await this.#mayGoOn()) {
      const deletions = await people.eraseDue(clock.wall(), PEOPLE_PURGED_AT_ONCE);
      for (const _ of deletions) recorder.record({ kind: 'erased' });
      count('restricted', deletions.length);
      if (deletions.length < PEOPLE_PURGED_AT_ONCE) return;
    }
  }

  async #endLapsed(count: Count): Promise<void> {
    const { terms } = this.#parts;
    if (await this.#mayGoOn()) await terms.removeEnded();
    count('lapsedTemplates', terms.takeCount());
  }

  /** People of whom nothing is needed any more. Where the journal cannot tell who still comes, the others go all the same. */
  async #endPurposes(count: Count): Promise<void> {
    const lookedUp = this.#lookUpLastUses();
    await lookedUp.catch(() => (this.#lastUses = new Map()));
    while (await this.#mayGoOn()) {
      const ended = this.#ended(this.#parts.clock.wall());
      if (ended.size === 0) break;
      await this.#erase(ended);
      for (const why of ended.values()) count(PURGED_WITH[why], 1);
    }
    await lookedUp;
  }

  async #lookUpLastUses(): Promise<void> {
    const { known, clock } = this.#parts;
    if (!(await this.#mayGoOn())) return;
    const everybody = [...known.directory.holders()].map(({ pseudonym }) => pseudonym);
    this.#lastUses = await this.#lastUse.of(everybody, clock.wall());
  }

  /** Some of the people whose purpose has ended, and why. */
  #ended(at: WallTime): Map<Pseudonym, PurposeEnd> {
    const { known, retention } = this.#parts;
    const ended = new Map<Pseudonym, PurposeEnd>();
    for (const holder of known.directory.holders()) {
      const end = purposeEnd(holder, this.#lastUses.get(holder.pseudonym), retention);
      if (end.at <= at) ended.set(holder.pseudonym, end.why);
      if (ended.size === PEOPLE_PURGED_AT_ONCE) break;
    }
    return ended;
  }

  async #erase(ended: ReadonlyMap<Pseudonym, PurposeEnd>): Promise<void> {
    const { people, known, recorder, retention, clock } = this.#parts;
    const pseudonyms = [...ended.keys()];
    await people.eraseAll(pseudonyms, clock.wall(), afterErasure(retention));
    known.drop(pseudonyms);
    known.faceGone(pseudonyms);
    for (const [pseudonym, why] of ended) recorder.record({ kind: 'purpose-ended', why }, pseudonym);
  }

  /** Of people who are still enrolled: consents that ended so long ago that nobody has to prove them any more. */
  async #removeConsents(count: Count): Promise<void> {
    const { people, retention, clock } = this.#parts;
    let behind: number | undefined = 0;
    while (behind !== undefined && (await this.#mayGoOn())) {
      const page = await people.removeConsents(wallTime(clock.wall() - retention.consentRecords), behind);
      count('consents', page.removed);
      behind = page.next;
    }
  }

  /** Access events go on saying where and when, without saying whose. */
  async #removeSubjects(count: Count): Promise<void> {
    const { journal, retention, clock } = this.#parts;
    while (await this.#mayGoOn()) {
      const gone = await journal.removeSubjects(wallTime(clock.wall() - retention.accessEvents));
      if (gone === undefined) return;
      count('accessSubjects', gone.subjects);
    }
  }

  async #removeSegments(count: Count): Promise<void> {
    const { journal, retention, clock } = this.#parts;
    while (await this.#mayGoOn()) {
      const removed = await journal.removeBefore(wallTime(clock.wall() - journalSpan(retention)));
      if (removed.length === 0) return;
      for (const { first, last } of removed) count('journalEntries', last - first + 1);
    }
  }

  async #due(until: WallTime): Promise<Due[]> {
    const { people, known, terms, journal, retention } = this.#parts;
    const span = journalSpan(retention);
    const subjects = await journal.expiredSubjects(wallTime(until - retention.accessEvents));
    const due: Due[] = (await people.dueErasures()).map((at) => ({ type: 'restricted', at }));
    if (subjects !== undefined && subjects.subjects > 0) due.push(await this.#dueSubjects(subjects));
    for (const at of terms.ends()) due.push({ type: 'lapsedTemplates', at });
    due.push(...purposesOf(known.directory.holders(), this.#lastUses, retention));
    for (const { first, last } of await journal.expired(wallTime(until - span))) {
      const [entry] = await journal.read(last, 1);
      if (entry !== undefined)
        due.push({ type: 'journalEntries', at: wallTime(entry.at + span), count: last - first + 1 });
    }
    return due;
  }

  /** From the first entry on that still says whose it is. */
  async #dueSubjects({ subjects }: SubjectsGone): Promise<Due> {
    const { journal, retention, clock } = this.#parts;
    const { entries } = await journal.search({ kind: 'access-granted' }, 1);
    const first = entries[0]?.at ?? clock.wall();
    return {
      type: 'accessSubjects',
      at: wallTime(Math.max(first + retention.accessEvents, clock.wall())),
      count: subjects,
    };
  }

  #tell(removed: PurgeOutcome['removed'], failures: readonly string[], believed: boolean): void {
    const { health } = this.#parts;
    const [first] = failures;
    if (first !== undefined) {
      const says = `not everything that is due is removed, tried again within the hour: ${first}`;
      return health.report({ part: 'purge', level: 'failed', says });
    }
    if (!believed) return health.report({ part: 'purge', level: 'warning', says: 'held: the clock is not believed' });
    const counts = PURGED_TYPES.filter((type) => removed[type] !== undefined).map(
      (type) => `${removed[type]} ${NAMES[type]}`,
    );
    const says = `removed ${counts.length === 0 ? 'nothing, nothing was due' : counts.join(', ')}`;
    health.report({ part: 'purge', level: 'ok', says });
  }

  async #tellForecast(): Promise<void> {
    const { health } = this.#parts;
    const part = 'purge to come';
    try {
      const forecasts = await this.forecastWithin(FORECAST_MS);
      const told = forecasts.map(
        ({ type, count, from }) => `${count} ${NAMES[type]} from ${new Date(from).toISOString()} on`,
      );
      const says = told.length === 0 ? 'nothing within a week' : `within a week: ${told.join(', ')}`;
      const level = forecasts.some(({ type }) => UNEXPECTED.has(type)) ? 'warning' : 'ok';
      health.report({ part, level, says });
    } catch (error) {
      health.report({ part, level: 'warning', says: `not known: ${messageOf(error)}` });
    }
  }
}

/** What somebody may still want to prevent: by coming, or by agreeing anew. The others have ended as was agreed. */
const UNEXPECTED: ReadonlySet<PurgedType> = new Set(['unused', 'lapsedTemplates']);

type Count = (type: PurgedType, how: number) => void;

const NAMES: Readonly<Record<PurgedType, string>> = {
  restricted: 'restricted people',
  lapsedTemplates: 'faces whose consent ends',
  consents: 'consents that ended long ago',
  visitors: 'visitors',
  leavers: 'people who left',
  unused: 'people who no longer come',
  accessSubjects: 'access events that no longer say whose they are',
  journalEntries: 'entries of the journal',
};
