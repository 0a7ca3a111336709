import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { checkExport } from '#storage/journal/checkExport.ts';
import type { NumberedEntry } from '#storage/journal/reserve.ts';
import { ReserveFile, type ReserveContent } from '#storage/journal/reserveFile.ts';
import { keyObject } from '#storage/vault/derivedKeys.ts';
import type { Random } from './attacks.ts';
import type { JournalOnTrial } from './journalOnTrial.ts';

function flip(path: string, random: Random, within: number): string {
  const bytes = readFileSync(path);
  const at = random(Math.min(within, bytes.length));
  bytes[at]! ^= 1 << random(8);
  writeFileSync(path, bytes);
  return `a bit of byte ${at} of ${path} flipped`;
}

/** A bit of an export or of its signature: whoever verifies it offline is told. What is wrong; undefined where nothing is. */
export async function flipInExport(trial: JournalOnTrial, random: Random): Promise<string | undefined> {
  const path = join(trial.folder, 'export.jsonl');
  for (const suffix of ['', '.sig']) copyFileSync(`${trial.exportPath}${suffix}`, `${path}${suffix}`);
  const before = await checkExport(path, [trial.signer.publicKey]);
  if (!before.ok) return 'an untouched export does not verify';
  const says = flip(`${path}${random(2) === 0 ? '' : '.sig'}`, random, Number.MAX_SAFE_INTEGER);
  try {
    const after = await checkExport(path, [trial.signer.publicKey]);
    if (!after.ok) return undefined;
    // The name is for people and not signed.
    const same = JSON.stringify({ ...after.signature, file: '' }) === JSON.stringify({ ...before.signature, file: '' });
    return same ? undefined : `${says}: found nothing`;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

const ENTRIES: readonly NumberedEntry[] = Array.from({ length: 12 }, (_, index) => ({
  id: (index + 1) as JournalId,
  entry: { at: wallTime(1_000 + index), event: { kind: 'link-lost', part: `part ${index}` } },
}));
const RESERVE_BYTES = 16 * 512;
const WRITE_ENTRIES = 3;

/** A bit of the reserve: what is drained from it is what was acknowledged, or it is told that something is not. */
export async function flipInReserve(trial: JournalOnTrial, random: Random): Promise<string | undefined> {
  const path = join(trial.folder, 'journal.reserve');
  const key = keyObject(randomBytes(32));
  rmSync(path, { force: true });
  const written = await reserveOf(path, key);
  for (let at = 0; at < ENTRIES.length; at += WRITE_ENTRIES)
    await written.append(ENTRIES.slice(at, at + WRITE_ENTRIES));
  await written.close();
  const says = flip(path, random, RESERVE_BYTES);
  const { reserve, content } = await ReserveFile.open(path, { key, bytes: RESERVE_BYTES, last: 0 });
  await reserve.close();
  return wrongWith(content) === undefined ? undefined : `${says}: ${wrongWith(content)}`;
}

async function reserveOf(path: string, key: ReturnType<typeof keyObject>): Promise<ReserveFile> {
  const { reserve } = await ReserveFile.open(path, { key, bytes: RESERVE_BYTES, last: 0 });
  return reserve;
}

function wrongWith({ entries, damage, torn }: ReserveContent): string | undefined {
  const genuine = entries.every((one) => JSON.stringify(one) === JSON.stringify(ENTRIES[one.id - 1]));
  if (!genuine) return 'an entry that was never acknowledged';
  return entries.length === ENTRIES.length || damage !== undefined || torn
    ? undefined
    : 'an entry is gone and nothing is told';
}
