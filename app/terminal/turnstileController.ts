import type { TurnstileConfig } from '#core/config/accessConfig.ts';
import type { InputsConfig } from '#core/config/hardwareConfig.ts';
import type { DoorMode } from '#core/door/door.ts';
import { relayLevelFor, type LockPosition } from '#core/door/lock.ts';
import {
  turnstileAtStart,
  turnstileDeadline,
  turnstileOnReturn,
  turnstileStep,
  type Direction,
  type Turnstile,
  type TurnstileDemand,
  type TurnstileEffect,
  type TurnstileInput,
  type TurnstileStep,
  type TurnstileTimings,
} from '#core/door/turnstile.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import type { Millis } from '#core/kernel/units.ts';
import type { DoorInput, DriveOutcome, RelayLevel, Strike } from '#core/ports/hardware.ts';
import type { KioskView } from '#contract/kioskView.ts';
import type { Barrier, BarrierParts, PassageTold } from './barrier.ts';
import { BarrierHardware } from './barrierHardware.ts';
import { Deadline } from './deadline.ts';
import type { InputSeen } from './inputWatch.ts';

export interface TurnstileParts extends BarrierParts {
  readonly config: Pick<TurnstileConfig<InputsConfig>, 'id' | 'lock' | 'exit' | 'timings' | 'inputs'>;
  /** One for each way, and one for the arms where dropping them is a relay of its own: energised drops them. */
  readonly strikes: Readonly<Record<Direction, Strike>> & { readonly arms?: Strike };
}

/** One turnstile with its two ways. Exit button, fire and emergency act here, in the turn in which they arrive. */
export class TurnstileController implements Barrier {
  readonly state = undefined;
  readonly #parts: TurnstileParts;
  readonly #hardware: BarrierHardware;
  readonly #deadline: Deadline;
  readonly #changes = new Listeners<[]>();
  readonly #passages = new Listeners<[told: PassageTold]>();
  #timings: TurnstileTimings;
  #mode: DoorMode;
  #turnstile: Turnstile;
  #lockDowns = 0;

  constructor(parts: TurnstileParts) {
    this.#parts = parts;
    this.#hardware = new BarrierHardware({ ...parts, strikes: new Set(Object.values(parts.strikes)) });
    this.#deadline = new Deadline(parts.clock);
    this.#timings = parts.config.timings;
    this.#mode = parts.mode;
    [this.#turnstile] = this.#atStart();
  }

  get id(): DoorId {
    return this.#parts.config.id;
  }

  get mode(): DoorMode {
    return this.#mode;
  }

  get told(): KioskView['door'] {
    const { state, demand } = this.#turnstile;
    const open = Object.values(state.ways).some(({ locked }) => !locked);
    return open || state.kind === 'arms-down' || demand.entry === 'free' ? 'unlocked' : 'locked';
  }

  async start(): Promise<void> {
    this.#hardware.watch({
      onInput: (input, active, how) => this.#onInput(input, active, how),
      onReturn: () => {
        for (const drive of turnstileOnReturn(this.#turnstile, this.#now())) void this.#perform(drive);
      },
    });
    await this.#apply(this.#atStart());
  }

  retime(timings: TurnstileTimings): void {
    this.#timings = timings;
  }

  async grant(direction: Direction = 'entry'): Promise<'unlocked' | 'locked-down'> {
    const lockDowns = this.#lockDowns;
    const before = this.#turnstile.state.ways[direction]?.grants ?? 0;
    const step = turnstileStep(this.#turnstile, { kind: 'granted', at: this.#now(), direction }, this.#timings);
    if (step[1].some(({ kind }) => kind === 'refuse')) {
      // Whoever asked for it takes it back: nobody else's passage ends by it.
      await this.#apply(step, 'silent');
      return 'locked-down';
    }
    const outcome = await this.#apply(step);
    if (outcome instanceof Error) {
      this.#step({ kind: 'strike-lost', direction, at: this.#now() });
      // Whoever was granted before waits in vain as well.
      for (let other = 0; other < before; other++) this.#tell('access-not-taken', direction);
      throw outcome;
    }
    return direction === 'entry' && this.#lockDowns !== lockDowns ? 'locked-down' : 'unlocked';
  }

  /** A lock-down refuses entry alone: leaving is free. */
  setMode(mode: DoorMode): void {
    if (mode === 'locked-down') this.#lockDowns++;
    this.#mode = mode;
    const { entry, exit } = this.#demandOf(mode);
    this.#step({ kind: 'entry-mode', mode: entry, at: this.#now() });
    this.#step({ kind: 'exit-mode', mode: exit, at: this.#now() });
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.add(listener);
  }

  onPassage(listener: (told: PassageTold) => void): Disposable {
    return this.#passages.add(listener);
  }

  async stop(): Promise<void> {
    this.#hardware[Symbol.dispose]();
    this.#deadline[Symbol.dispose]();
    const [, effects] = turnstileAtStart(this.#turnstile.demand, this.#turnstile.feedbackFitted);
    for (const effect of effects) if (effect.kind !== 'record') await this.#perform(effect);
  }

  #atStart(): TurnstileStep {
    const { inputs } = this.#parts;
    const feedbackFitted = inputs.fitted.has('passed-entry') && inputs.fitted.has('passed-exit');
    const demand: TurnstileDemand = {
      fire: inputs.read('fire'),
      emergency: inputs.read('emergency'),
      ...this.#demandOf(this.#mode),
    };
    return turnstileAtStart(demand, feedbackFitted);
  }

  #demandOf(mode: DoorMode): Pick<TurnstileDemand, 'entry' | 'exit'> {
    const { exit } = this.#parts.config;
    if (mode === 'unlocked') return { entry: 'free', exit: 'free' };
    return { entry: mode === 'locked-down' ? 'locked-down' : 'controlled', exit };
  }

  #onInput(input: DoorInput, active: boolean, how: InputSeen): void {
    const at = this.#now();
    if (input === 'fire' || input === 'emergency') return this.#step({ kind: input, active, at });
    if (!active) return;
    if (input === 'rex') this.#step({ kind: 'rex', at });
    // Arms that stand half turned when the board is back have let nobody through just now.
    if (how === 'found') return;
    if (input === 'passed-entry') this.#step({ kind: 'passed', direction: 'entry', at });
    if (input === 'passed-exit') this.#step({ kind: 'passed', direction: 'exit', at });
  }

  #step(input: TurnstileInput): void {
    void this.#apply(turnstileStep(this.#turnstile, input, this.#timings));
  }

  /** Takes the new state over and performs the effects in their order. Resolves with the first drive's outcome. */
  async #apply([turnstile, effects]: TurnstileStep, how?: 'silent'): Promise<DriveOutcome | Error | undefined> {
    this.#turnstile = turnstile;
    let first: Promise<DriveOutcome | Error> | undefined;
    for (const effect of effects) {
      if (effect.kind === 'record') this.#record(effect, how);
      else {
        const driven = this.#perform(effect);
        first ??= driven;
      }
    }
    this.#deadline.at(turnstileDeadline(this.#turnstile), () => this.#step({ kind: 'time', at: this.#now() }));
    this.#changes.tell();
    return first;
  }

  #record({ event, direction }: Extract<TurnstileEffect, { kind: 'record' }>, how: 'silent' | undefined): void {
    const way = direction === undefined ? {} : { direction };
    this.#parts.recorder.record({ kind: 'turnstile', event, door: this.id, ...way });
    if (how === 'silent') return;
    if (event === 'access-taken') this.#passages.tell({ kind: 'taken', ...way });
    if (event === 'access-not-taken') this.#passages.tell({ kind: 'not-taken', ...way });
    if (event === 'passage-forced' || event === 'passage-wrong-direction')
      this.#passages.tell({ kind: 'forced', ...way });
  }

  #tell(event: 'access-not-taken', direction: Direction): void {
    this.#record({ kind: 'record', event, direction }, undefined);
  }

  #perform(effect: Exclude<TurnstileEffect, { kind: 'record' }>): Promise<DriveOutcome | Error> | undefined {
    const { strikes } = this.#parts;
    switch (effect.kind) {
      case 'unlock':
        return this.#drive(strikes[effect.direction], this.#levelFor('unlocked'), effect.forMs);
      case 'lock':
        return this.#drive(strikes[effect.direction], this.#levelFor('locked'), 'until-driven');
      case 'drop-arm':
      case 'raise-arm':
        if (strikes.arms === undefined) return undefined;
        return this.#drive(strikes.arms, effect.kind === 'drop-arm' ? 'energised' : 'de-energised', 'until-driven');
      case 'refuse':
        return undefined;
    }
  }

  #levelFor(position: LockPosition): RelayLevel {
    return relayLevelFor(this.#parts.config.lock, position);
  }

  #drive(strike: Strike, level: RelayLevel, forMs: Millis | 'until-driven'): Promise<DriveOutcome | Error> {
    return this.#hardware.drive(strike, { level, forMs, says: level });
  }

  #now() {
    return this.#parts.clock.monotonic();
  }
}
