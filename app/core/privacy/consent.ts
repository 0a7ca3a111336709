import type { ConsentId, Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';

export type Language = 'zh-Hans' | 'en';

/** A consent as it was given: enough to prove it later. [S0 1.4] */
export interface Consent {
  readonly id: ConsentId;
  readonly pseudonym: Pseudonym;
  readonly purpose: 'face-access';
  /** Which text was shown, and its SHA-256 in hex. */
  readonly textId: string;
  readonly textSha256: string;
  readonly language: Language;
  readonly givenAt: WallTime;
  /** When it ends by itself: the first moment at which it no longer holds. Templates on it go then. */
  readonly endsAt: WallTime;
  readonly terminal: string;
  /** `made-up-for-demonstration` marks people of the simulated gate: nobody was asked. */
  readonly actedBy: 'data-subject' | 'guardian' | 'made-up-for-demonstration';
}

/** Is a consent with this end over? Written as "not before", so that a broken date has ended. */
export const hasEnded = (endsAt: WallTime, at: WallTime): boolean => !(at < endsAt);
