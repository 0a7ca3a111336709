import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { Deletion } from '#core/privacy/deletion.ts';
import { recordKeyDue, type RetentionRules } from '#core/privacy/retention.ts';
import type { KeyEntry } from '../keys/keyBlock.ts';

/** The standing of somebody whose erasure was asked for at `at`. `recordDueAt` of somebody erased is when it was done. */
export function erasedFrom(
  { entry, gaveConsent }: { readonly entry: KeyEntry; readonly gaveConsent: boolean },
  at: WallTime,
  rules: RetentionRules,
): KeyEntry {
  const faceEndedAt = entry.faceEndedAt ?? at;
  const held = { erasedAt: at, faceEndedAt: gaveConsent ? faceEndedAt : undefined };
  const due = entry.recordDueAt ?? recordKeyDue(held, rules);
  const over = due <= at;
  return { ...entry, faceEndedAt, standing: over ? 'erased' : 'restricted', recordDueAt: over ? at : due };
}

export function deletionOf(
  { pseudonym, standing, faceEndedAt = wallTime(NaN), recordDueAt = wallTime(NaN) }: KeyEntry,
  generation: number,
): Deletion {
  const recordKey: Record<KeyEntry['standing'], Deletion['recordKey']> = {
    held: { kind: 'in-use' },
    restricted: { kind: 'restricted', until: recordDueAt },
    erased: { kind: 'destroyed', at: recordDueAt },
  };
  return { pseudonym, biometricKeyDestroyedAt: faceEndedAt, recordKey: recordKey[standing], generation };
}
