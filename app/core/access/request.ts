import type { AccessPointId, Pseudonym } from '../kernel/ids.ts';
import type { Validity } from './credential.ts';

export type Factor = 'face' | 'card' | 'pin';

/** Why a factor established nobody. */
export type FactorFailure =
  | 'not-recognised'
  | 'ambiguous'
  | 'attack-suspected'
  | 'unknown-card'
  | 'credential-suspended'
  | 'wrong-pin'
  | 'locked-out'
  /** The verification itself failed: a fault of the gate, not of the person. */
  | 'not-verifiable';

/** What one factor showed: whose it is, or why it is nobody's. */
export type FactorResult =
  | { readonly factor: Factor; readonly kind: 'established'; readonly holder: Pseudonym; readonly validity?: Validity }
  | { readonly factor: Factor; readonly kind: 'failed'; readonly reason: FactorFailure };

/** A frame, a card, a PIN all become this. */
export interface AccessRequest {
  readonly accessPoint: AccessPointId;
  readonly factors: readonly FactorResult[];
  /** Did the person ask to come in, by a touch, a card or a number? A face that merely passes by did not. */
  readonly intent: boolean;
}
