import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { BackupMade } from '#core/ports/backups.ts';
import { askGate } from '#service/control/askGate.ts';
import { restore } from '#storage/backup/restore.ts';
import { restoreElsewhere } from '#storage/backup/restoreElsewhere.ts';
import type { RestoredBackup } from '#storage/backup/settlePeople.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { openRoot } from '#storage/openMaster.ts';
import { parseBackupArguments, unusable, type BackupArguments } from './backup/arguments.ts';
import { openHere } from './dataFolder.ts';
import { EXIT_UNUSABLE } from './report.ts';

/** Makes backups of a gate, proves them and brings them back. Says how it is used where it is used otherwise. */

const COMMANDS: Record<BackupArguments['command'], (given: BackupArguments) => Promise<void> | void> = {
  make,
  verify: rehearse,
  restore: bringBack,
};

const now = (): WallTime => wallTime(Date.now());

async function make(given: BackupArguments): Promise<void> {
  const { file, bytes, verified, people, lastEntry, says } = (await byTheGate(given)) ?? (await here(given));
  console.log(`${file}: ${bytes} bytes, the journal up to entry ${lastEntry}`);
  console.log(verified ? `restored into a scratch place: ${people} people whole` : `NOT VERIFIED: ${says}`);
  if (verified && says !== '') console.log(says);
  if (!verified && given.verify) process.exitCode = 1;
}

const Made: z.ZodMiniType<BackupMade> = z.strictObject({
  id: z.string(),
  file: z.string(),
  bytes: z.number(),
  verified: z.boolean(),
  people: z.number(),
  lastEntry: z.number(),
  says: z.string(),
});

async function byTheGate({ places, to, verify }: BackupArguments): Promise<BackupMade | undefined> {
  const folder = to === undefined ? {} : { folder: resolve(to) };
  const answer = await askGate(places.data, 'backup-make', { ...folder, verify });
  return answer === undefined ? undefined : Made.parse(answer);
}

/** Recorded as the gate would. */
async function here({ places, to, verify }: BackupArguments): Promise<BackupMade> {
  if (to === undefined) throw unusable('make without --to, of a gate that is stopped');
  const { backups, journal, close } = await openHere(places);
  try {
    const made = await backups.make({ folder: to, at: now(), verify });
    await journal.append({ at: now(), event: { kind: 'backup-made', backup: made.id, verified: made.verified } });
    return made;
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    await journal.append({ at: now(), event: { kind: 'backup-failed', says: says.slice(0, SAYS_MAX) } });
    throw error;
  } finally {
    await close();
  }
}

const SAYS_MAX = 500;

function rehearse(given: BackupArguments): void {
  tell(given.escrow === undefined ? onSameMachine(given, true) : rehearseElsewhere(given, given.escrow));
  console.log('nothing was changed');
}

async function bringBack(given: BackupArguments): Promise<void> {
  const { escrow } = given;
  if ((await askGate(given.places.data, 'health', {})) !== undefined)
    throw new Fault('command', {
      thing: given.places.data,
      found: 'a gate that works on it',
      expected: 'one that is stopped',
    });
  const restored = escrow === undefined ? onSameMachine(given, false) : onAnotherMachine(given, escrow);
  tell(restored);
  if (restored.aside !== undefined)
    console.log(`the data folder of before: ${restored.aside}; remove it when all is well`);
  // The first start finishes it: what was lost loses its keys, and the journal tells of the restore.
  const storage = await openHere(given.places);
  await storage.close();
}

function onSameMachine({ file, places, losing, recovery }: BackupArguments, rehearsed: boolean): RestoredBackup {
  const root = openRoot(createKeyStore(places.root), places.data);
  const epochs = createEpochStore(places.epoch).read();
  const secret = recovery === undefined ? undefined : recoverySecret(recovery);
  try {
    return restore({
      backup: file,
      folder: places.data,
      root,
      epochs,
      losing,
      at: now(),
      rehearse: rehearsed,
      ...(secret === undefined ? {} : { recoverySecret: secret }),
    });
  } finally {
    for (const one of [root, ...epochs]) one.fill(0);
    secret?.fill(0);
  }
}

function onAnotherMachine(given: BackupArguments, escrow: string): RestoredBackup {
  const { file, places, losing, signers, recovery = 0 } = given;
  const secret = recoverySecret(recovery);
  try {
    return restoreElsewhere({
      backup: file,
      folder: places.data,
      keys: createKeyStore(places.root),
      epochs: createEpochStore(places.epoch),
      recoverySecret: secret,
      escrow,
      signers,
      losing,
      at: now(),
    });
  } finally {
    secret.fill(0);
  }
}

/** As another machine would: in a folder of its own, with nothing of what is here. */
function rehearseElsewhere({ file, losing, signers, recovery = 0 }: BackupArguments, escrow: string): RestoredBackup {
  const scratch = mkdtempSync(join(tmpdir(), 'lintel-rehearsal-'));
  const place = join(scratch, 'key');
  const secret = recoverySecret(recovery);
  try {
    return restoreElsewhere({
      backup: file,
      folder: join(scratch, 'data'),
      keys: createKeyStore({ kind: 'file', path: place }),
      epochs: createEpochStore({ kind: 'file', path: `${place}.epoch` }),
      recoverySecret: secret,
      escrow,
      signers,
      losing,
      at: now(),
      rehearse: true,
    });
  } finally {
    secret.fill(0);
    rmSync(scratch, { recursive: true, force: true });
  }
}

function recoverySecret(descriptor: number): Buffer {
  const text = readFileSync(descriptor, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new Fault('key', { thing: 'recovery key', found: `${text.length} characters`, expected: '64 hex digits' });
  return Buffer.from(text, 'hex');
}

function tell({ header, people, replayed, lost, journal }: RestoredBackup): void {
  console.log(`backup ${header.id} of terminal ${header.terminal}, made ${new Date(header.madeAt).toISOString()}`);
  console.log(`signed by ${header.signer}: compare it with a receipt or an export of the terminal`);
  console.log(`${people} people come back`);
  console.log(
    `done again since: ${replayed.erased} people erased, ${replayed.templates} templates of faces withdrawn, ` +
      `${replayed.revoked} credentials revoked`,
  );
  const { absent, unreadable, faceless } = lost;
  if (absent + unreadable + faceless > 0)
    console.log(
      `lost: ${absent} people enrolled since, ${unreadable} whose records and ${faceless} whose faces do not open`,
    );
  const end = `up to entry ${header.journal.last}`;
  console.log(journal === 'kept' ? 'journal: the one that is here goes on' : `journal: the one of the backup, ${end}`);
}

try {
  const given = parseBackupArguments();
  await COMMANDS[given.command](given);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = EXIT_UNUSABLE;
}
