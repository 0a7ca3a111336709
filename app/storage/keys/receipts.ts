import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import { canonicalJson, type Json } from '#core/kernel/json.ts';
import type { CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Signer } from '#core/ports/signer.ts';
import type { Deletion, Revocation } from '#core/privacy/deletion.ts';
import {
  RECEIPT_VERSION,
  receiptOf,
  revocationReceiptOf,
  type DeletionReceipt,
  type EscrowState,
  type Receipt,
  type RevocationReceipt,
  type SignedReceipt,
} from '#core/privacy/receipt.ts';
import { createEd25519Signer, signaturesOf } from './curveKeys.ts';

const Moment = z.custom<WallTime>((value) => Number.isInteger(value), 'a moment in whole milliseconds');
const randomId = <Id extends string>(what: string): z.ZodMiniType<Id> =>
  z.custom<Id>((value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value), what);

const shared = {
  version: z.literal(RECEIPT_VERSION),
  terminal: z.string(),
  pseudonym: randomId<Pseudonym>('a pseudonym'),
  issuedAt: Moment,
};

const ReceiptShape: z.ZodMiniType<Receipt> = z.discriminatedUnion('kind', [
  z.strictObject({
    ...shared,
    kind: z.enum(['withdrawal', 'erasure']),
    biometricKeyDestroyedAt: Moment,
    recordKey: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('in-use') }),
      z.strictObject({ kind: z.literal('restricted'), until: Moment }),
      z.strictObject({ kind: z.literal('destroyed'), at: Moment }),
    ]),
    generation: z.number(),
    escrow: z.array(z.strictObject({ place: z.string(), state: z.enum(['done', 'pending']) })),
  }),
  z.strictObject({
    ...shared,
    kind: z.literal('revocation'),
    credential: randomId<CredentialId>('the id of a credential'),
    revokedAt: Moment,
  }),
]);

export const SignedReceiptShape: z.ZodMiniType<SignedReceipt> = z.strictObject({
  receipt: ReceiptShape,
  key: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  signature: z.string().check(z.regex(/^[0-9a-f]{128}$/)),
});

export interface IssuerParts {
  readonly terminal: string;
  /** Gives the 32 bytes of the signing key, which are overwritten after each use. */
  readonly signingKey: () => Buffer;
  /** Public keys that signed receipts before the present one. */
  readonly formerKeys?: () => readonly Uint8Array[];
  readonly escrow: (generation: number) => readonly EscrowState[];
}

export interface ReceiptDesk {
  issue(deletion: Deletion, at: WallTime): SignedReceipt<DeletionReceipt>;
  issueRevocation(revocation: Revocation, at: WallTime): SignedReceipt<RevocationReceipt>;
  /** @throws Fault `key` for a receipt that this terminal did not give out. */
  again(receipt: SignedReceipt, at: WallTime): SignedReceipt;
}

export function createReceipts({ terminal, signingKey, formerKeys, escrow }: IssuerParts): ReceiptDesk {
  const withSigner = <Result>(act: (signer: Signer) => Result): Result => {
    const seed = signingKey();
    const signer = createEd25519Signer(seed);
    seed.fill(0);
    return act(signer);
  };
  const signed = <Of extends Receipt>(receipt: Of): SignedReceipt<Of> =>
    withSigner((signer) => ({
      receipt,
      key: hexOf(signer.publicKey),
      signature: hexOf(signer.sign(signedBytes(receipt))),
    }));
  return {
    issue: (deletion, issuedAt) =>
      signed(receiptOf(deletion, { terminal, issuedAt, escrow: escrow(deletion.generation) })),
    issueRevocation: (revocation, issuedAt) => signed(revocationReceiptOf(revocation, { terminal, issuedAt })),
    again(given, issuedAt) {
      const present = withSigner(({ publicKey }) => publicKey);
      const receipt = verifyReceipt(JSON.stringify(given), [present, ...(formerKeys?.() ?? [])]);
      if (receipt.kind === 'revocation') return signed({ ...receipt, issuedAt });
      return signed({ ...receipt, issuedAt, escrow: escrow(receipt.generation) });
    },
  };
}

/**
 * The receipt, where one of the `trusted` keys (32 bytes each) signed it; needs nothing but the text and the keys.
 * @throws Fault `key` for a text that is no receipt, a key that is not trusted, or a receipt that was changed.
 */
export function verifyReceipt(text: string, trusted: readonly Uint8Array[]): Receipt {
  const fault = (found: string, expected: string): Fault => new Fault('key', { thing: 'receipt', found, expected });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw fault('no JSON', 'a receipt as the terminal gave it out');
  }
  const parsed = SignedReceiptShape.safeParse(content);
  if (!parsed.success) throw fault(z.prettifyError(parsed.error), 'a receipt, version 1');
  const { receipt, key, signature } = parsed.data;
  const signer = trusted.find((bytes) => hexOf(bytes) === key);
  if (signer === undefined) throw fault(`the signature of ${key}`, 'that of a key of this terminal');
  if (!signaturesOf(signer)(signedBytes(receipt), Buffer.from(signature, 'hex')))
    throw fault('another content than was signed', 'the receipt as the terminal gave it out');
  return receipt;
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The label keeps a signature of something else from ever passing for one of a receipt. */
const signedBytes = (receipt: Receipt): Buffer =>
  Buffer.from(`lintel receipt 1\n${canonicalJson(asJson(receipt))}`, 'utf8');

/** A copy member by member: an interface is no JSON to the compiler. */
const asJson = (receipt: Receipt): Json =>
  receipt.kind === 'revocation'
    ? { ...receipt }
    : { ...receipt, recordKey: { ...receipt.recordKey }, escrow: receipt.escrow.map((one) => ({ ...one })) };
