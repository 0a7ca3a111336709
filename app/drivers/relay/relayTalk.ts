import type { Millis } from '#core/kernel/units.ts';
import type { RelayLevel } from '#core/ports/hardware.ts';
import type { Question } from '../serial/exchange.ts';

/** How a talk reaches its board; a drive overtakes whatever waits in turn. */
export interface Asker {
  ask<Answer>(question: Question<Answer>): Promise<Answer>;
  /** Sends what nobody answers. */
  tell(bytes: Uint8Array): Promise<void>;
}

/** What one make of board understands and answers. It keeps no state of the board's. */
export interface RelayTalk {
  /** The level of each channel, or undefined where the board answers and cannot say. @throws Fault without an answer */
  levels(by: Asker): Promise<readonly RelayLevel[] | undefined>;
  /** Resolves when the board has said that it did it. @throws Fault */
  drive(by: Asker, channel: number, level: RelayLevel): Promise<void>;
  readonly pulses?: {
    readonly stepMs: Millis;
    readonly maxMs: Millis;
    send(by: Asker, pulse: { channel: number; level: RelayLevel; steps: number }): Promise<'confirmed' | 'refused'>;
  };
}
