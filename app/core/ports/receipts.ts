import type { WallTime } from '../kernel/units.ts';
import type { Deletion } from '../privacy/deletion.ts';
import type { SignedReceipt } from '../privacy/receipt.ts';

/** Gives out receipts of deletions, with what is known of each escrow place at that moment. */
export interface Receipts {
  /** May be asked for again: a place that was `pending` may be `done` by then. */
  issue(deletion: Deletion, at: WallTime): SignedReceipt;
}
