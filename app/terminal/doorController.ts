import type { DoorConfig } from '#core/config/terminalConfig.ts';
import {
  demandedPosition,
  doorAtStart,
  doorStep,
  driveOnReturn,
  nextDeadline,
  type Contact,
  type Door,
  type DoorEffect,
  type DoorMode,
  type DoorState,
  type DoorStep,
  type DoorStepInput,
  type DoorTimings,
} from '#core/door/door.ts';
import { relayLevelFor, type LockPosition } from '#core/door/lock.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import type { Millis } from '#core/kernel/units.ts';
import type { DoorInput, DoorInputs, DriveOutcome, Strike } from '#core/ports/hardware.ts';
import type { KioskView } from '#contract/kioskView.ts';
import type { Barrier, BarrierParts, PassageTold } from './barrier.ts';
import { BarrierHardware } from './barrierHardware.ts';
import { Deadline } from './deadline.ts';
import type { InputSeen } from './inputWatch.ts';
import { doorTold } from './told.ts';

export interface DoorParts extends BarrierParts {
  readonly config: DoorConfig;
  readonly strike: Strike;
}

/**
 * One door: its machine, its strike and its inputs. Exit button and fire input act here, in the same turn of the event
 * loop in which they arrive, past every rule.
 */
export class DoorController implements Barrier {
  readonly #parts: DoorParts;
  readonly #hardware: BarrierHardware;
  readonly #deadline: Deadline;
  readonly #changes = new Listeners<[]>();
  readonly #passages = new Listeners<[told: PassageTold]>();
  #timings: DoorTimings;
  #door: Door;
  /** How many there were: an access into whose drive one of them fell was ended by it. */
  #lockDowns = 0;
  /** How many there were: the newest one's drive says whether an access is running. */
  #grants = 0;

  constructor(parts: DoorParts) {
    this.#parts = parts;
    this.#hardware = new BarrierHardware({ ...parts, strikes: new Set([parts.strike]) });
    this.#deadline = new Deadline(parts.clock);
    this.#timings = parts.config.timings;
    const demand = { fire: parts.inputs.read('fire'), mode: parts.mode };
    [this.#door] = doorAtStart(demand, contactFound(parts.inputs));
  }

  get id(): DoorId {
    return this.#parts.config.id;
  }

  get state(): DoorState {
    return this.#door.state;
  }

  get mode(): DoorMode {
    return this.#door.demand.mode;
  }

  get told(): KioskView['door'] {
    return doorTold(this.#door.state);
  }

  /** What is under way ends as it began. */
  retime(timings: DoorTimings): void {
    this.#timings = timings;
  }

  /** Drives the strike to what fire input and stored mode demand. Resolves once that was tried; it never rejects. */
  async start(): Promise<void> {
    const { inputs } = this.#parts;
    this.#hardware.watch({
      onInput: (input, active, how) => this.#onInput(input, active, how),
      onReturn: () => void this.#perform(driveOnReturn(this.#door.state, this.#now())),
    });
    const demand = { ...this.#door.demand, fire: inputs.read('fire') };
    await this.#apply(doorAtStart(demand, contactFound(inputs)));
  }

  /**
   * Unlocks for one passage. The caller has decided and recorded; a lock-down that came since then, or comes while the
   * strike is driven, has the last word.
   * @throws Fault `relay` where the strike is not reached.
   */
  async grant(): Promise<'unlocked' | 'locked-down'> {
    const lockDowns = this.#lockDowns;
    const grant = ++this.#grants;
    const step = doorStep(this.#door, { kind: 'granted', at: this.#now() }, this.#timings);
    const refused = step[1].some(({ kind }) => kind === 'refuse');
    const outcome = await this.#apply(step);
    if (!refused && outcome instanceof Error && grant === this.#grants) {
      this.#step({ kind: 'strike-lost', at: this.#now() });
      // Grants that waited with it share its end.
      this.#passages.tell({ kind: 'not-taken' });
    }
    if (refused || this.#lockDowns !== lockDowns) return 'locked-down';
    if (outcome instanceof Error) throw outcome;
    return 'unlocked';
  }

  setMode(mode: DoorMode): void {
    if (mode === 'locked-down') this.#lockDowns++;
    this.#step({ kind: 'mode', mode, at: this.#now() });
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.add(listener);
  }

  onPassage(listener: (told: PassageTold) => void): Disposable {
    return this.#passages.add(listener);
  }

  /** Ends a running passage: the strike goes to what fire input and mode demand. */
  async stop(): Promise<void> {
    this.#hardware[Symbol.dispose]();
    this.#deadline[Symbol.dispose]();
    await this.#drive(demandedPosition(this.#door.demand), 'until-driven');
  }

  #onInput(input: DoorInput, active: boolean, how: InputSeen): void {
    const at = this.#now();
    if (input === 'rex') {
      if (active) this.#step({ kind: 'rex', at });
    } else if (input === 'fire') this.#step({ kind: 'fire', active, at });
    else if (input === 'contact') {
      const contact = active ? 'open' : 'closed';
      this.#step({ kind: how === 'moved' ? 'contact' : 'contact-found', contact, at });
    }
  }

  #step(input: DoorStepInput): void {
    void this.#apply(doorStep(this.#door, input, this.#timings));
  }

  /** Takes the new state over and performs the effects in their order. Resolves with the last drive's outcome. */
  async #apply([door, effects]: DoorStep): Promise<DriveOutcome | Error | undefined> {
    this.#door = door;
    let driven: Promise<DriveOutcome | Error> | undefined;
    for (const effect of effects) {
      if (effect.kind === 'record' && effect.whenDriven === true) {
        void driven?.then((outcome) => (outcome instanceof Error ? undefined : this.#perform(effect)));
      } else driven = this.#perform(effect) ?? driven;
    }
    this.#deadline.at(nextDeadline(this.#door.state), () => this.#step({ kind: 'time', at: this.#now() }));
    this.#changes.tell();
    return driven;
  }

  #perform(effect: DoorEffect): Promise<DriveOutcome | Error> | undefined {
    switch (effect.kind) {
      case 'unlock':
        return this.#drive('unlocked', effect.forMs);
      case 'lock':
        return this.#drive('locked', 'until-driven');
      case 'record':
        this.#parts.recorder.record({ kind: effect.event, door: this.id });
        if (effect.event === 'access-taken') this.#passages.tell({ kind: 'taken' });
        if (effect.event === 'access-not-taken') this.#passages.tell({ kind: 'not-taken' });
        return undefined;
      case 'refuse':
        return undefined;
    }
  }

  #drive(position: LockPosition, forMs: Millis | 'until-driven'): Promise<DriveOutcome | Error> {
    const { strike, config } = this.#parts;
    return this.#hardware.drive(strike, { level: relayLevelFor(config.lock, position), forMs, says: position });
  }

  #now() {
    return this.#parts.clock.monotonic();
  }
}

const contactFound = (inputs: DoorInputs): Contact | 'not-fitted' => {
  if (!inputs.fitted.has('contact')) return 'not-fitted';
  return inputs.read('contact') ? 'open' : 'closed';
};
