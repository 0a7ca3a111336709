import { Fault } from '#core/kernel/fault.ts';
import type { Receipts } from '#core/ports/receipts.ts';
import { receiptOf, revocationReceiptOf, type Receipt, type SignedReceipt } from '#core/privacy/receipt.ts';

const KEY = 'ab'.repeat(32);

/** Receipts whose signature says only that they came from here; one escrow place, which can be out of reach. */
export class FakeReceipts implements Receipts {
  #generationAtPlace = Infinity;

  ofDeletion: Receipts['ofDeletion'] = async (deletion, issuedAt) =>
    signed(receiptOf(deletion, { terminal: 'fake', issuedAt, escrow: this.#escrow(deletion.generation) }));

  ofRevocation: Receipts['ofRevocation'] = async (revocation, issuedAt) =>
    signed(revocationReceiptOf(revocation, { terminal: 'fake', issuedAt }));

  again: Receipts['again'] = async ({ receipt, key }, issuedAt) => {
    if (key !== KEY) throw new Fault('key', { thing: 'receipt', found: 'another key', expected: 'that of this gate' });
    if (receipt.kind === 'revocation') return signed({ ...receipt, issuedAt });
    return signed({ ...receipt, issuedAt, escrow: this.#escrow(receipt.generation) });
  };

  /** The place holds what it held at this generation, and nothing newer. */
  placeStaysAt(generation: number): void {
    this.#generationAtPlace = generation;
  }

  #escrow(generation: number): { place: string; state: 'done' | 'pending' }[] {
    return [{ place: 'elsewhere', state: this.#generationAtPlace >= generation ? 'done' : 'pending' }];
  }
}

const signed = <Of extends Receipt>(receipt: Of): SignedReceipt<Of> => ({
  receipt,
  key: KEY,
  signature: 'cd'.repeat(64),
});
