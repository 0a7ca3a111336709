import type { Gallery } from '#core/biometrics/gallery.ts';
import type { TemplateRecord } from '#core/biometrics/template.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import { millis, wallTime, type WallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { PeopleStore } from '#core/ports/stores.ts';
import { hasEnded } from '#core/privacy/consent.ts';
import type { ClockGuard } from './clockGuard.ts';
import { Deadline, within } from './deadline.ts';
import type { Recorder } from './recorder.ts';

/** How often ended consents are looked for. Until the next look `decide` refuses such a face as expired. */
export const CONSENT_SWEEP_MS = 3_600_000;

/** How long a stop waits for the removal that is under way, so that it is recorded. A disk that hangs must not hold up doors. */
export const CONSENT_STOP_MS_MAX = 1_000;

/** People whose keys are destroyed in one act: enough that a crowd is soon gone, few enough that an entry hardly waits. */
export const CONSENTS_ENDED_AT_ONCE = 32;

export interface ConsentTermsParts {
  readonly people: PeopleStore;
  readonly gallery: Gallery;
  readonly clock: Clock;
  readonly health: Health;
  readonly recorder: Recorder;
  /** What cannot be undone waits for a clock that is believed. */
  readonly guard: ClockGuard;
  /** Fewer people are compared than before. */
  readonly onGalleryChanged: () => void;
}

/**
 * The terms of the consents that templates stand on. At the end of one its templates go without being asked: out of the
 * gallery at once, then off the disk, some at a time so that nothing else waits behind a crowd.
 */
export class ConsentTerms {
  readonly #parts: ConsentTermsParts;
  readonly #nextSweep: Deadline;
  readonly #stored = new Map<TemplateId, TemplateRecord>();
  #removing: Promise<void> | undefined;
  #stopped = false;
  #removed = 0;

  constructor(parts: ConsentTermsParts) {
    this.#parts = parts;
    this.#nextSweep = new Deadline(parts.clock);
  }

  /** Every template that is stored, whether or not it is compared with anybody. */
  add(record: TemplateRecord): void {
    this.#stored.set(record.id, record);
  }

  /** Nothing of this person's face is left. */
  forget(pseudonym: Pseudonym): void {
    for (const [id, record] of this.#stored) if (record.pseudonym === pseudonym) this.#stored.delete(id);
  }

  /** Sweeps now, and every CONSENT_SWEEP_MS from now on. */
  sweep(): void {
    this.#nextSweep.in(millis(CONSENT_SWEEP_MS), () => this.sweep());
    void this.removeEnded();
  }

  /** Out of the gallery with this call, then off the disk. What ends while a crowd is being removed goes the next time. */
  removeEnded(): Promise<void> {
    const { clock, gallery, guard, onGalleryChanged } = this.#parts;
    const at = clock.wall();
    // A clock that is known to be wrong empties no gallery: `decide` refuses by it, and is right again with it.
    if (!guard.held && gallery.removeEnded(at) > 0) onGalleryChanged();
    this.#removing ??= this.#removeEnded(at).finally(() => (this.#removing = undefined));
    return this.#removing;
  }

  /** When the consents end that templates stand on, one moment for each person. */
  ends(): Iterable<WallTime> {
    const ends = new Map<Pseudonym, WallTime>();
    for (const { pseudonym, until } of this.#stored.values())
      ends.set(pseudonym, wallTime(Math.min(until, ends.get(pseudonym) ?? Infinity)));
    return ends.values();
  }

  /** People whose templates went since the last time. */
  takeCount(): number {
    const count = this.#removed;
    this.#removed = 0;
    return count;
  }

  /** Ends with the removal that is under way, within CONSENT_STOP_MS_MAX. What is left goes after the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#nextSweep[Symbol.dispose]();
    await within(this.#parts.clock, millis(CONSENT_STOP_MS_MAX), async () => this.#removing);
  }

  async #removeEnded(at: WallTime): Promise<void> {
    let removed = 0;
    // Looked up anew for each step: meanwhile somebody may have withdrawn, and given a face again.
    for (let people = this.#ended(at); people.length > 0; people = this.#ended(at)) {
      if (this.#stopped || !(await this.#parts.guard.trusts())) return;
      if (!(await this.#remove(people))) return;
      removed += people.length;
    }
    if (removed > 0) this.#report('ok', 'removed');
  }

  /** Some people whose consent has ended. */
  #ended(at: WallTime): Pseudonym[] {
    const people = new Set<Pseudonym>();
    for (const { until, pseudonym } of this.#stored.values()) {
      if (hasEnded(until, at)) people.add(pseudonym);
      if (people.size === CONSENTS_ENDED_AT_ONCE) break;
    }
    return [...people];
  }

  /** The biometric key goes first, and with it every copy of the templates. It is recorded once none of them is left. */
  async #remove(ended: readonly Pseudonym[]): Promise<boolean> {
    const { people, recorder, clock } = this.#parts;
    try {
      await people.withdrawFaces(ended, clock.wall());
    } catch (error) {
      this.#report('failed', `not removed, compared with nobody, tried again within the hour: ${messageOf(error)}`);
      return false;
    }
    for (const pseudonym of ended) {
      this.forget(pseudonym);
      recorder.record({ kind: 'consent-ended' }, pseudonym);
    }
    this.#removed += ended.length;
    return true;
  }

  #report(level: 'ok' | 'failed', says: string): void {
    this.#parts.health.report({ part: 'templates whose consent has ended', level, says });
  }
}
