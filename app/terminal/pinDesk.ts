import type { Directory } from '#core/access/directory.ts';
import {
  countRightPin,
  countWrongPin,
  mayTryPin,
  NO_PIN_TRIES,
  type PinLimits,
  type PinTries,
} from '#core/access/pinTries.ts';
import type { FactorResult } from '#core/access/request.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { PinHasher } from '#core/ports/pinHasher.ts';

export interface PinDeskParts {
  readonly directory: Directory;
  readonly limits: PinLimits;
  readonly clock: Clock;
  readonly health: Health;
  readonly hasher: PinHasher & { readonly dummyHash: string };
}

/** Verifies a personal number with its PIN, one at a time, within the tries that are left. */
export class PinDesk {
  readonly #parts: PinDeskParts;
  #tries: PinTries = NO_PIN_TRIES;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: PinDeskParts) {
    this.#parts = parts;
  }

  /**
   * One verification at a time, so that tries made together cannot slip past the limit. A number that nobody has costs
   * the same time and the same tries as one that somebody has.
   */
  pinFactor(personalNumber: string, pin: string): Promise<FactorResult> {
    const result = this.#last.then(() => this.#verify(personalNumber, pin));
    this.#last = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async #verify(personalNumber: string, pin: string): Promise<FactorResult> {
    const { directory, limits, clock, hasher } = this.#parts;
    if (mayTryPin(this.#tries, personalNumber, limits, clock.monotonic()).kind === 'locked-out')
      return failed('locked-out');
    const credential = directory.pin(personalNumber);
    const right = await this.#isRight(credential?.pinHash ?? hasher.dummyHash, pin);
    if (right === 'unknown') return failed('not-verifiable');
    if (!right || credential === undefined) {
      this.#tries = countWrongPin(this.#tries, personalNumber, limits, clock.monotonic());
      return failed('wrong-pin');
    }
    this.#tries = countRightPin(this.#tries, personalNumber);
    if (credential.state !== 'active') return failed('credential-suspended');
    return { factor: 'pin', kind: 'established', holder: credential.pseudonym, validity: credential.validity };
  }

  async #isRight(hash: string, pin: string): Promise<boolean | 'unknown'> {
    try {
      return await this.#parts.hasher.verify(hash, pin);
    } catch (error) {
      this.#parts.health.report({ part: 'PIN verification', level: 'failed', says: messageOf(error) });
      return 'unknown';
    }
  }
}

const failed = (reason: 'locked-out' | 'wrong-pin' | 'credential-suspended' | 'not-verifiable'): FactorResult => ({
  factor: 'pin',
  kind: 'failed',
  reason,
});
