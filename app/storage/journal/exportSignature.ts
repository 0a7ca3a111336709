import * as z from 'zod/mini';
import type { Checkpoint } from '#core/journal/checkpoint.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import { parseCheckpoint } from './anchorFile.ts';
import { EXPORT_FORMS, type ExportForm } from './exportForms.ts';
import { integer, unhex } from './signing.ts';

export const SIGNATURE_SUFFIX = '.sig';

/** What lies beside an export, detached. Bytes as lower-case hex. */
export interface ExportSignature {
  readonly format: 1;
  /** The exported file's name, for people; it is not signed, so that the file may be renamed. */
  readonly file: string;
  readonly form: ExportForm;
  readonly sha256: string;
  readonly journal: string;
  readonly first: JournalId;
  readonly last: JournalId;
  /** What the first entry goes on from. */
  readonly previous: string;
  /** Of the last entry. */
  readonly hash: string;
  readonly at: WallTime;
  /** The newest one within the export: an anchor for the journal itself. */
  readonly checkpoint?: Checkpoint;
  readonly key: string;
  readonly signature: string;
}

export const exportBytes = (about: Omit<ExportSignature, 'key' | 'signature'>): Buffer =>
  Buffer.concat([
    Buffer.from(`lintel journal export 1 ${about.form} `),
    unhex(about.sha256),
    unhex(about.journal),
    integer(about.first),
    integer(about.last),
    unhex(about.previous),
    unhex(about.hash),
    integer(about.at),
  ]);

const hexOf = (bytes: number) => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)));
const number = z.number().check(z.int(), z.gt(0));

const SignatureText = z.strictObject({
  format: z.literal(1),
  file: z.string(),
  form: z.enum(EXPORT_FORMS),
  sha256: hexOf(32),
  journal: hexOf(16),
  first: number,
  last: number,
  previous: hexOf(32),
  hash: hexOf(32),
  at: z.number().check(z.int()),
  checkpoint: z.optional(z.unknown()),
  key: hexOf(32),
  signature: hexOf(64),
});

/** @throws Error that says what is wrong with it. */
export function parseExportSignature(text: string): ExportSignature {
  const parsed = SignatureText.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { checkpoint, first, last, at, ...rest } = parsed.data;
  return {
    ...rest,
    first: first as JournalId,
    last: last as JournalId,
    at: wallTime(at),
    ...(checkpoint === undefined ? {} : { checkpoint: parseCheckpoint(checkpoint) }),
  };
}
