import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '#core/kernel/fault.ts';
import type { BackupMade } from '#core/ports/backups.ts';
import type { BackupJob } from './backupJob.ts';
import { backupName, keepNewest, removeParts, targetFault, turnInto } from './backupNames.ts';
import type { BackupHeader } from './header.ts';
import { unpackSecrets, type Snapshot, type SnapshotSecrets } from './snapshot.ts';
import { verifyBackup } from './verifyBackup.ts';
import { writeBackup } from './writeBackup.ts';

/**
 * Turns a snapshot into a backup: writes it beside the others under a name that nobody takes for one, restores it into a
 * scratch place, and only then gives it its name. The snapshot's files are removed, its secrets overwritten.
 * @throws Fault `storage` where the target is away or full; nothing of it is left there then.
 */
export function makeBackup({ snapshot, target, verify, keep }: BackupJob): BackupMade {
  using secrets = unpackSecrets(snapshot.secrets);
  const { terminal } = snapshot.facts;
  const name = backupName(snapshot.facts);
  const header = write(join(target, `${name}.part`), { snapshot, secrets, target });
  const file = turnInto(target, name, { from: 'part', to: 'unverified' });
  const made = {
    id: header.id,
    file,
    bytes: statSync(file).size,
    verified: false,
    people: 0,
    lastEntry: header.journal.last,
  };
  if (!verify) return { ...made, says: 'not restored to prove it: nobody asked for that' };
  try {
    const { people, journalFindings } = prove(file, snapshot, secrets);
    const verified = turnInto(target, name, { from: 'unverified', to: 'backup' });
    if (keep !== undefined) keepNewest(target, terminal, keep);
    const says =
      journalFindings === 0 ? '' : `the journal in it has ${journalFindings} findings, as the gate's own has`;
    return { ...made, file: verified, verified: true, people, says };
  } catch (error) {
    return { ...made, says: messageOf(error) };
  }
}

function write(
  path: string,
  { snapshot, secrets, target }: { snapshot: Snapshot; secrets: SnapshotSecrets; target: string },
): BackupHeader {
  const { facts, folder } = snapshot;
  try {
    removeParts(target, facts.terminal);
    return writeBackup(path, { facts, secrets, folder });
  } catch (error) {
    rmSync(path, { force: true });
    throw targetFault(target, error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function prove(file: string, { folder, keyring }: Snapshot, secrets: SnapshotSecrets): ReturnType<typeof verifyBackup> {
  const { backup: backupKey, epoch } = secrets;
  return verifyBackup(file, { scratch: join(folder, '../verified'), backupKey, epoch, keyring });
}
