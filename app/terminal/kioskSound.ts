import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { millis, monotonic, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { KioskView } from '#contract/kioskView.ts';
import type { AlarmDesk } from './alarmDesk.ts';
import type { Barrier } from './barrier.ts';
import { Deadline } from './deadline.ts';

export interface KioskSoundParts {
  readonly config: TerminalConfig;
  readonly barrier: Barrier;
  readonly alarms: Pick<AlarmDesk, 'shown' | 'onChange'>;
  readonly clock: Clock;
  /** Another sound is wanted than before. */
  readonly onChange: () => void;
}

/** What the screen sounds of its door: a quiet warning before it is held open, and where it is asked for the alarm. */
export class KioskSound {
  readonly #parts: KioskSoundParts;
  readonly #wiring: Disposable[] = [];
  readonly #deadline: Deadline;
  #sounds: 'none' | 'warning' | 'alarm' = 'none';
  #warningMs: Millis = millis(0);

  constructor(parts: KioskSoundParts) {
    this.#parts = parts;
    this.#deadline = new Deadline(parts.clock);
    this.#take(parts.config);
  }

  start(): void {
    const { barrier, alarms, onChange } = this.#parts;
    this.#wiring.push(
      barrier.onChange(() => this.#arm()),
      alarms.onChange(onChange),
    );
    this.#arm();
  }

  stop(): void {
    for (const wire of this.#wiring.splice(0)) wire[Symbol.dispose]();
    this.#deadline[Symbol.dispose]();
  }

  adopt(config: TerminalConfig): void {
    this.#take(config);
    this.#arm();
  }

  get now(): KioskView['sound'] {
    const { alarms, barrier, clock } = this.#parts;
    if (this.#sounds === 'none') return 'none';
    const raised = alarms.shown.some(
      ({ alarm, place, state }) => alarm === 'held-open' && place === barrier.id && state === 'raised',
    );
    if (raised) return this.#sounds === 'alarm' ? 'alarm' : 'none';
    const from = this.#warnsFrom;
    return from !== undefined && clock.monotonic() >= from ? 'warning' : 'none';
  }

  #take({ access, doors }: TerminalConfig): void {
    const { kiosk, warningMs } = access.alarms.sounds;
    const door = doors.find(({ id }) => id === this.#parts.barrier.id);
    this.#sounds = kiosk;
    // Of a short time the second half: whoever has just opened the door is not warned.
    this.#warningMs = millis(Math.min(warningMs, (door?.timings.heldOpenMs ?? 0) / 2));
  }

  get #warnsFrom(): Monotonic | undefined {
    const { state } = this.#parts.barrier;
    return state?.kind === 'open' ? monotonic(state.heldAt - this.#warningMs) : undefined;
  }

  #arm(): void {
    const { clock, onChange } = this.#parts;
    const from = this.#warnsFrom;
    this.#deadline.at(from !== undefined && clock.monotonic() < from ? from : undefined, onChange);
  }
}
