import type { DoorMode, DoorState } from '#core/door/door.ts';
import type { Direction } from '#core/door/turnstile.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DoorInputs } from '#core/ports/hardware.ts';
import type { Health } from '#core/ports/health.ts';
import type { KioskView } from '#contract/kioskView.ts';
import type { Recorder } from './recorder.ts';

/** What a contact or passage feedback showed of a grant; `forced` where somebody went through without one. */
export interface PassageTold {
  readonly kind: 'taken' | 'not-taken' | 'forced';
  /** Of a turnstile. */
  readonly direction?: Direction;
}

/** What every barrier is made of, besides its configuration and its strikes. */
export interface BarrierParts {
  readonly inputs: DoorInputs;
  readonly mode: DoorMode;
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly health: Health;
}

/** What stands in the way of whoever comes: a door or a turnstile. Exit buttons and fire act inside it, past every rule. */
export interface Barrier {
  readonly id: DoorId;
  readonly mode: DoorMode;
  /** Of a door; a turnstile holds no other door shut. */
  readonly state: DoorState | undefined;
  readonly told: KioskView['door'];
  /** Drives it to what fire and mode demand. It never rejects. */
  start(): Promise<void>;
  /**
   * Unlocks for one passage.
   * @throws Fault `relay` where it is not reached.
   */
  grant(direction: Direction | undefined): Promise<'unlocked' | 'locked-down'>;
  setMode(mode: DoorMode): void;
  onChange(listener: () => void): Disposable;
  onPassage(listener: (told: PassageTold) => void): Disposable;
  stop(): Promise<void>;
}
