import type { AccessPointId, Pseudonym } from '../kernel/ids.ts';
import type { Validity } from './credential.ts';
import type { Spending } from './pass.ts';

/** `pin` is a personal number with its PIN, or the PIN beside a card or a face; `pass` is a signed QR code. */
export type Factor = 'face' | 'card' | 'pin' | 'pass';

/** Why a factor established nobody. */
export type FactorFailure =
  | 'not-recognised'
  | 'ambiguous'
  | 'attack-suspected'
  | 'unknown-card'
  | 'credential-suspended'
  | 'credential-lost'
  | 'wrong-pin'
  | 'locked-out'
  /** Nobody who may has signed it, or it is no pass at all. */
  | 'pass-forged'
  /** It was good for one passage, and that is over. */
  | 'pass-spent'
  /** It is made out for longer than is accepted here. */
  | 'pass-too-long'
  /** The verification itself failed: a fault of the gate, not of the person. */
  | 'not-verifiable';

/** What one factor showed: whose it is, or why it is nobody's. */
export type FactorResult =
  | {
      readonly factor: Factor;
      readonly kind: 'established';
      readonly holder: Pseudonym;
      readonly validity?: Validity;
      /** The PIN was typed as somebody under duress types it. */
      readonly duress?: true;
      /** Of a pass that is good for one passage. */
      readonly spends?: Spending;
    }
  | { readonly factor: Factor; readonly kind: 'failed'; readonly reason: FactorFailure };

export type Established = Extract<FactorResult, { kind: 'established' }>;

/** A frame, a card, a PIN all become this. */
export interface AccessRequest {
  readonly accessPoint: AccessPointId;
  readonly factors: readonly FactorResult[];
  /** Did the person ask to come in, by a touch, a card, a pass or a number? A face that merely passes by did not. */
  readonly intent: boolean;
}
