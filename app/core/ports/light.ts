import type { Millis } from '../kernel/units.ts';

/** What lights up whoever is looked at. */
export interface Light {
  readonly name: string;
  /**
   * Lit from now on, and dark by itself after so long, unless it is told again before.
   * @throws Fault `light` or `relay` where it cannot be told
   */
  shine(forMs: Millis): Promise<void>;
  /** @throws Fault as above */
  darken(): Promise<void>;
}
