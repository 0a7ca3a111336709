import type { Contact, DoorDemand, DoorTimings } from '#core/door/door.ts';
import type { Happening } from './doorWorld.ts';

/** When the lock must be open and when shut, told as the rules are told to people, without a state machine. */
export class DoorModel {
  readonly #timings: DoorTimings;
  #demand: DoorDemand;
  leaf: Contact;
  /** Until when somebody may pass, and whether one of them asked to leave. */
  #until = -Infinity;
  #leaving = false;

  constructor(demand: DoorDemand, leaf: Contact, timings: DoorTimings) {
    this.#timings = timings;
    this.#demand = demand;
    this.leaf = leaf;
  }

  get demanded(): boolean {
    return this.#demand.fire || this.#demand.mode === 'unlocked';
  }

  get lockedDown(): boolean {
    return this.#demand.mode === 'locked-down';
  }

  mustBe(at: number): 'locked' | 'unlocked' {
    return this.demanded || this.#until > at ? 'unlocked' : 'locked';
  }

  happen(happening: Happening, at: number): void {
    if (this.#until <= at) this.#leaving = false;
    switch (happening.kind) {
      case 'rex':
        this.#leaving = true;
        this.#until = at + this.#timings.releaseMs;
        break;
      case 'granted':
        if (!this.lockedDown) this.#until = at + this.#timings.releaseMs;
        break;
      case 'strike-lost':
        if (!this.#leaving) this.#until = -Infinity;
        break;
      case 'fire':
        this.#demand = { ...this.#demand, fire: happening.active };
        break;
      case 'mode':
        this.#demand = { ...this.#demand, mode: happening.mode };
        if (this.lockedDown && !this.#leaving) this.#until = -Infinity;
        break;
      case 'contact':
      case 'contact-found':
        // One passage opens the door once; the next has to ask.
        if (this.leaf === 'closed' && happening.contact === 'open') this.#until = -Infinity;
        this.leaf = happening.contact;
        break;
      case 'time':
        break;
    }
  }
}
