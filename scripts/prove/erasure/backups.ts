import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WallTime } from '#core/kernel/units.ts';
import { unsealOwn, unsealRecovered } from '#storage/backup/contentKey.ts';
import { makeBackup } from '#storage/backup/makeBackup.ts';
import { BackupFile } from '#storage/backup/readBackup.ts';
import { openEscrow } from '#storage/keys/escrow.ts';
import { encodeKeyring } from '#storage/keys/keyringContent.ts';
import type { Vault } from '#storage/thread/vault.ts';
import { imagesOf, type Image } from './images.ts';

/** More than any header. */
const BEGINNING_BYTES = 2_048;

/** What somebody reads, and every key that comes to light on the way. */
export interface Opened {
  /** Opened, and what stands in clear before what is sealed. */
  readonly images: readonly Image[];
  /** Whole files as they lie: noise, unless something stands in them that should not. */
  readonly sealed: readonly Image[];
  readonly keys: readonly Uint8Array[];
}

/** A backup as a gate makes it while it works; false where it did not restore. */
export function backUp(vault: Vault, target: string, at: WallTime): boolean {
  const parts = vault.snapshot(at);
  for (;;) {
    const next = parts.next();
    if (next.done === true) return makeBackup({ snapshot: next.value, target, verify: true }).verified;
  }
}

/** Every backup file, as it lies and opened both ways: with the backup key of the cabinet and with the recovery key. */
export function openBackups(
  folder: string,
  into: string,
  { backupKey, recoverySecret }: { readonly backupKey: Uint8Array; readonly recoverySecret: Uint8Array },
): Opened {
  const opened = readdirSync(folder).flatMap((name) => {
    using backup = new BackupFile(join(folder, name));
    const contentKeys = [unsealOwn(backup.header, backupKey), unsealRecovered(backup.header, recoverySecret)];
    return contentKeys.map((contentKey, way) => openWith(contentKey, backup, join(into, `${name} ${way}`)));
  });
  const sealed = readdirSync(folder).map((name) => rawImage(`backup file ${name}`, join(folder, name)));
  return {
    images: [...sealed.map(beginningOf), ...opened.flatMap(({ images }) => images)],
    sealed,
    keys: opened.flatMap(({ keys }) => keys),
  };
}

function openWith(contentKey: Buffer, backup: BackupFile, folder: string): Opened {
  mkdirSync(folder, { recursive: true });
  const { master, files } = backup.extract(contentKey, folder);
  const images = imagesOf(folder, 'opened backup', (file) => (file === 'keyring.db' ? [] : [Buffer.from(files[file])]));
  return { images, sealed: [], keys: [contentKey, master, ...Object.values(files)] };
}

/** The escrow file of a place, as it lies and opened with the recovery key. */
export function openEscrowPlace(path: string, recoverySecret: Uint8Array): Opened {
  const { epoch, keyring } = openEscrow(path, recoverySecret);
  const { generation, list, blocks } = keyring;
  const keyRows = [
    { kind: 'list' as const, generation, ...list },
    ...blocks.map((block) => ({ kind: 'block' as const, ...block })),
  ];
  const opened = { name: 'opened escrow', bytes: encodeKeyring(keyring), keyRows };
  const sealed = rawImage('escrow file', path);
  return { images: [beginningOf(sealed), opened], sealed: [sealed], keys: [epoch] };
}

const beginningOf = (image: Image): Image => ({ ...image, bytes: image.bytes.subarray(0, BEGINNING_BYTES) });

const rawImage = (name: string, path: string): Image => ({ name, bytes: readFileSync(path), keyRows: [] });
