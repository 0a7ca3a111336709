import type { WallTime } from '../kernel/units.ts';
import type { Deletion, Revocation } from '../privacy/deletion.ts';
import type { DeletionReceipt, RevocationReceipt, SignedReceipt } from '../privacy/receipt.ts';

/** Gives out receipts, with what is known of each escrow place at that moment. @throws Fault `key` or `storage` */
export interface Receipts {
  ofDeletion(deletion: Deletion, at: WallTime): Promise<SignedReceipt<DeletionReceipt>>;
  ofRevocation(revocation: Revocation, at: WallTime): Promise<SignedReceipt<RevocationReceipt>>;
  /**
   * The same once more with what is known by now: a place that was `pending` may be `done`, and of a person whose record
   * key is gone the receipt is all there is.
   * @throws Fault `key` for one that this terminal did not give out.
   */
  again(receipt: SignedReceipt, at: WallTime): Promise<SignedReceipt>;
}
