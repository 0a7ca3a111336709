import {
  allDoubted,
  judgePass,
  onceMore,
  spendings,
  spendPass,
  type PassRules,
  type SpentPasses,
} from '#core/access/pass.ts';
import type { UnverifiedPass } from '#core/access/passText.ts';
import type { FactorResult } from '#core/access/request.ts';
import { messageOf } from '#core/kernel/fault.ts';
import { millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { SpentPassStore } from '#core/ports/stores.ts';
import { within } from './deadline.ts';

/** How long an access waits until its pass is spent on the disk; beyond it is denied. */
export const SPEND_MS_MAX = 1_000;

export interface PassDeskParts {
  readonly rules: PassRules;
  /** Keeps what is spent across a restart: pulling the plug must not bring a pass back. */
  readonly store: SpentPassStore;
  readonly clock: Clock;
  readonly health: Health;
}

/** Verifies passes, for every access point, and knows which of those good for one passage are spent. */
export class PassDesk {
  readonly #parts: PassDeskParts;
  #spent: SpentPasses;

  constructor(parts: PassDeskParts) {
    this.#parts = parts;
    const kept = parts.store.read();
    this.#spent = kept === 'unknown' ? allDoubted(parts.clock.wall(), parts.rules.longestMs) : kept;
    // What is doubted is doubted by the next start as well, and not from then on anew.
    if (kept === 'unknown') void this.#write();
  }

  /** Whose pass it is, or why it is nobody's. Its validity is for `decide` to look at. */
  factorOf(pass: UnverifiedPass): FactorResult {
    return judgePass(pass, this.#parts.rules, this.#spent);
  }

  /** The factors as they stand at the moment of a decision: a pass may have been spent since it was shown. */
  stillGood(factors: readonly FactorResult[]): readonly FactorResult[] {
    return factors.map((factor) => onceMore(factor, this.#spent));
  }

  /**
   * Spends what of these factors is good for one passage, from this call on. Resolves to true once that outlives a loss
   * of power; false where it cannot be written, and nobody may be let in by it. Undefined where there is nothing to spend.
   */
  spend(factors: readonly FactorResult[]): Promise<boolean> | undefined {
    const spent = spendings(factors);
    if (spent.length === 0) return undefined;
    const at = this.#parts.clock.wall();
    for (const one of spent) this.#spent = spendPass(this.#spent, one, at);
    return this.#write();
  }

  async #write(): Promise<boolean> {
    const { store, health, clock } = this.#parts;
    try {
      const written = await within(clock, millis(SPEND_MS_MAX), () => store.write(this.#spent));
      if (written === 'late') throw new Error(`not written within ${SPEND_MS_MAX} ms`);
      return true;
    } catch (error) {
      health.report({
        part: 'spent passes',
        level: 'failed',
        says: `single-use passes are denied: ${messageOf(error)}`,
      });
      return false;
    }
  }
}
