import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import { canonicalJson, type Json } from '#core/kernel/json.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Signer } from '#core/ports/signer.ts';
import { ERASURE_REPORT_VERSION, type ErasureReport, type SignedErasureReport } from '#core/privacy/erasureReport.ts';
import { signaturesOf } from '../keys/curveKeys.ts';

const Moment = z.custom<WallTime>((value) => Number.isInteger(value), 'a moment in whole milliseconds');
const Hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));

const ReportShape: z.ZodMiniType<ErasureReport> = z.strictObject({
  version: z.literal(ERASURE_REPORT_VERSION),
  state: z.enum(['begun', 'done']),
  terminal: z.string(),
  by: z.string(),
  why: z.string(),
  begunAt: Moment,
  endedAt: z.exactOptional(Moment),
  people: z.int(),
  generation: z.int(),
  journal: z.strictObject({
    last: z.int(),
    hash: Hash,
    lastAt: z.exactOptional(Moment),
    exported: z.exactOptional(Hash),
  }),
  keys: z.array(z.strictObject({ key: z.string(), fingerprint: z.string() })),
  erased: z.array(
    z.strictObject({
      thing: z.string(),
      how: z.string(),
      outcome: z.enum(['erased', 'left']),
      says: z.exactOptional(z.string()),
    }),
  ),
});

const SignedShape: z.ZodMiniType<SignedErasureReport> = z.strictObject({
  report: ReportShape,
  key: Hash,
  signature: z.string().check(z.regex(/^[0-9a-f]{128}$/)),
});

export function signErasureReport(report: ErasureReport, signer: Signer): SignedErasureReport {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return { report, key: hex(signer.publicKey), signature: hex(signer.sign(signedBytes(report))) };
}

/**
 * The report, where one of the `trusted` keys (lower-case hex) signed it; needs nothing but the text and the keys.
 * @throws Fault `key` for a text that is no report, a key that is not trusted, or a report that was changed.
 */
export function verifyErasureReport(text: string, trusted: readonly string[]): ErasureReport {
  const fault = (found: string, expected: string): Fault =>
    new Fault('key', { thing: 'erasure report', found, expected });
  const parsed = SignedShape.safeParse(jsonOf(text));
  if (!parsed.success) throw fault(z.prettifyError(parsed.error), 'a report as the terminal gave it out');
  const { report, key, signature } = parsed.data;
  if (!trusted.includes(key)) throw fault(`the signature of ${key}`, 'that of a key of this terminal');
  if (!signaturesOf(Buffer.from(key, 'hex'))(signedBytes(report), Buffer.from(signature, 'hex')))
    throw fault('another content than was signed', 'the report as the terminal gave it out');
  return report;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The label keeps a signature of something else from ever passing for one of a report. */
const signedBytes = (report: ErasureReport): Buffer => {
  const content: Json = z.json().parse(JSON.parse(JSON.stringify(report)));
  return Buffer.from(`lintel erasure report 1\n${canonicalJson(content)}`, 'utf8');
};
