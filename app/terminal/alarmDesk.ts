import {
  alarmStep,
  isCauseOf,
  QUIET,
  type Alarm,
  type AlarmEffect,
  type AlarmInput,
  type AlarmKind,
} from '#core/door/alarm.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { AccessPointId, DoorId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health, HealthReport } from '#core/ports/health.ts';
import type { AlarmSounder } from './alarmSounder.ts';
import type { Barrier } from './barrier.ts';
import type { Recorder } from './recorder.ts';

export interface AlarmDeskParts {
  readonly raised: readonly AlarmKind[];
  readonly barriers: ReadonlyMap<DoorId, Barrier>;
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly health: Health;
  readonly sounder: Pick<AlarmSounder, 'sound' | 'silence'>;
}

/** As operators are shown it. */
export interface AlarmShown {
  readonly alarm: AlarmKind;
  readonly place: string;
  readonly state: Exclude<Alarm['kind'], 'quiet'>;
}

interface KnownAlarm {
  readonly alarm: AlarmKind;
  readonly place: string;
  readonly state: Alarm;
}

const SAYS: Readonly<Record<Alarm['kind'], Pick<HealthReport, 'level' | 'says'>>> = {
  quiet: { level: 'ok', says: 'over, and acknowledged' },
  raised: { level: 'failed', says: 'raised' },
  acknowledged: { level: 'warning', says: 'acknowledged; its cause is still there' },
  unseen: { level: 'failed', says: 'its cause is gone, and nobody has acknowledged it' },
};

/** All alarms of a gate. None is over before somebody has acknowledged it. */
export class AlarmDesk {
  readonly #parts: AlarmDeskParts;
  readonly #alarms = new Map<string, KnownAlarm>();
  readonly #wiring: Disposable[] = [];
  readonly #listeners = new Listeners<[]>();
  #raised: ReadonlySet<AlarmKind>;

  constructor(parts: AlarmDeskParts) {
    this.#parts = parts;
    this.#raised = new Set(parts.raised);
  }

  start(): void {
    const { recorder } = this.#parts;
    this.#wiring.push(recorder.onTamper((part, active) => this.#cause('tamper', part, active)));
    this.#lookAtTampers();
    for (const barrier of this.#parts.barriers.values()) {
      this.#wiring.push(
        barrier.onChange(() => this.#look(barrier)),
        barrier.onPassage(({ kind }) => {
          if (kind === 'forced') this.#step('passage-forced', barrier.id, { kind: 'happened', at: this.#now() });
        }),
      );
      this.#look(barrier);
    }
  }

  stop(): void {
    for (const wire of this.#wiring.splice(0)) wire[Symbol.dispose]();
  }

  get shown(): readonly AlarmShown[] {
    return [...this.#alarms.values()].flatMap(({ alarm, place, state }) =>
      state.kind === 'quiet' ? [] : [{ alarm, place, state: state.kind }],
    );
  }

  /** Called whenever what is shown has changed. */
  onChange(listener: () => void): Disposable {
    return this.#listeners.add(listener);
  }

  /** Somebody at this access point is under duress: told to whoever can help, and shown to nobody there. */
  duress(accessPoint: AccessPointId): void {
    this.#step('duress', accessPoint, { kind: 'happened', at: this.#now() });
  }

  /** @throws Fault `command` where there is no such alarm. */
  acknowledge(alarm: AlarmKind, place: string): void {
    const known = this.#alarms.get(keyOf(alarm, place));
    if (known === undefined || known.state.kind === 'quiet') {
      const expected = this.shown.map((one) => `${one.alarm} at ${one.place}`).join(', ') || 'none: all is quiet';
      throw new Fault('command', { thing: 'alarm', found: `${alarm} at ${place}`, expected });
    }
    this.#step(alarm, place, { kind: 'acknowledged' });
  }

  adopt(raised: readonly AlarmKind[]): void {
    this.#raised = new Set(raised);
    for (const barrier of this.#parts.barriers.values()) this.#look(barrier);
    this.#lookAtTampers();
  }

  #lookAtTampers(): void {
    for (const part of this.#parts.recorder.tampered) this.#cause('tamper', part, true);
  }

  #look(barrier: Barrier): void {
    const { state, id } = barrier;
    for (const alarm of ['forced-open', 'held-open'] as const) {
      this.#cause(alarm, id, state !== undefined && isCauseOf(state, alarm));
    }
  }

  #cause(alarm: AlarmKind, place: string, active: boolean): void {
    if (!active && !this.#alarms.has(keyOf(alarm, place))) return;
    this.#step(alarm, place, { kind: 'cause', active, at: this.#now() });
  }

  #step(alarm: AlarmKind, place: string, input: AlarmInput): void {
    const isNew = input.kind === 'happened' || (input.kind === 'cause' && input.active);
    if (isNew && !this.#raised.has(alarm)) return;
    const key = keyOf(alarm, place);
    const [state, effects] = alarmStep(this.#alarms.get(key)?.state ?? QUIET, input, alarm);
    this.#alarms.set(key, { alarm, place, state });
    for (const effect of effects) this.#perform(effect, { alarm, place, state });
  }

  #perform(effect: AlarmEffect, { alarm, place, state }: KnownAlarm): void {
    const { recorder, health, sounder } = this.#parts;
    switch (effect.kind) {
      case 'sound':
      case 'silence':
        return sounder[effect.kind](alarm, place);
      case 'record':
        return recorder.record({ kind: effect.event, alarm, place });
      case 'tell':
        health.report({ part: `alarm ${alarm} at ${place}`, ...SAYS[state.kind] });
        this.#listeners.tell();
    }
  }

  #now() {
    return this.#parts.clock.monotonic();
  }
}

const keyOf = (alarm: AlarmKind, place: string): string => `${alarm} ${place}`;
