import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import { canonicalJson } from '#core/kernel/json.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Deletion } from '#core/privacy/deletion.ts';
import type { Receipts } from '#core/ports/receipts.ts';
import {
  RECEIPT_VERSION,
  receiptOf,
  type EscrowState,
  type Receipt,
  type SignedReceipt,
} from '#core/privacy/receipt.ts';
import { isSignedBy, signWith } from './curveKeys.ts';

const Moment = z.custom<WallTime>((value) => Number.isInteger(value), 'a moment in whole milliseconds');

const ReceiptShape = z.strictObject({
  version: z.literal(RECEIPT_VERSION),
  kind: z.enum(['withdrawal', 'erasure']),
  terminal: z.string(),
  pseudonym: z.custom<Pseudonym>((value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value), 'a pseudonym'),
  issuedAt: Moment,
  biometricKeyDestroyedAt: Moment,
  recordKey: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('in-use') }),
    z.strictObject({ kind: z.literal('restricted'), until: Moment }),
    z.strictObject({ kind: z.literal('destroyed'), at: Moment }),
  ]),
  generation: z.number(),
  escrow: z.array(z.strictObject({ place: z.string(), state: z.enum(['done', 'pending']) })),
});

const SignedShape: z.ZodMiniType<SignedReceipt> = z.strictObject({
  receipt: ReceiptShape,
  key: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  signature: z.string().check(z.regex(/^[0-9a-f]{128}$/)),
});

export interface IssuerParts {
  readonly terminal: string;
  /** Gives the 32 bytes of the signing key, which are overwritten after each use. */
  readonly signingKey: () => Buffer;
  readonly escrow: (generation: number) => readonly EscrowState[];
}

export function createReceipts({ terminal, signingKey, escrow }: IssuerParts): Receipts {
  return {
    issue(deletion: Deletion, at: WallTime): SignedReceipt {
      const receipt = receiptOf(deletion, { terminal, issuedAt: at, escrow: escrow(deletion.generation) });
      const seed = signingKey();
      const { key, signature } = signWith(seed, signedBytes(receipt));
      seed.fill(0);
      return { receipt, key: key.toString('hex'), signature: signature.toString('hex') };
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
  const parsed = SignedShape.safeParse(content);
  if (!parsed.success) throw fault(z.prettifyError(parsed.error), 'a receipt, version 1');
  const { receipt, key, signature } = parsed.data;
  const signer = trusted.find((bytes) => Buffer.from(bytes).toString('hex') === key);
  if (signer === undefined) throw fault(`the signature of ${key}`, 'that of a key of this terminal');
  if (!isSignedBy(signer, signedBytes(receipt), Buffer.from(signature, 'hex')))
    throw fault('another content than was signed', 'the receipt as the terminal gave it out');
  return receipt;
}

/** The label keeps a signature of something else from ever passing for one of a receipt. */
const signedBytes = (receipt: Receipt): Buffer =>
  Buffer.from(
    `lintel receipt 1\n${canonicalJson({ ...receipt, recordKey: { ...receipt.recordKey }, escrow: receipt.escrow.map((one) => ({ ...one })) })}`,
    'utf8',
  );
