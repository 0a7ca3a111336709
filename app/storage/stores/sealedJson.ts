import type { KeyObject } from 'node:crypto';
import type * as z from 'zod/mini';
import { damagedRow, seal, unseal, type RowPlace, type SealedAs } from '../vault/seal.ts';

export function sealJson(key: KeyObject, sealedAs: SealedAs, content: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(content), 'utf8');
  const sealed = seal(key, sealedAs, text);
  text.fill(0);
  return sealed;
}

export interface SealedJson<Content> {
  readonly sealedAs: SealedAs;
  readonly sealed: Uint8Array;
  readonly place: RowPlace;
  readonly shape: z.ZodMiniType<Content>;
}

/** @throws Fault `storage` for a row that was damaged, moved or made by somebody else. */
export function unsealJson<Content>(key: KeyObject | undefined, row: SealedJson<Content>): Content {
  if (key === undefined) throw damagedRow(row.place, 'a row whose key is gone');
  const text = unseal(key, row.sealedAs, row.sealed);
  if (text === undefined)
    throw damagedRow(row.place, 'a row that does not open: damaged, or another row put in its place');
  try {
    const parsed = row.shape.safeParse(JSON.parse(text.toString('utf8')));
    if (parsed.success) return parsed.data;
    // The path and the rule only: what stood there is a person's.
    const where = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.code}`).join(', ');
    throw damagedRow(row.place, `content of another shape (${where})`);
  } catch (error) {
    if (error instanceof SyntaxError) throw damagedRow(row.place, `content that is not JSON`);
    throw error;
  } finally {
    text.fill(0);
  }
}
