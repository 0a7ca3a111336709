import { wallTime } from '#core/kernel/units.ts';
import { restore } from '#storage/backup/restore.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { dieAt } from '../support/steps.ts';

/** Restores a backup and is killed before the n-th change of the disk. Says how many there were where it was not. */
const [folder = '', keyFile = '', backup = '', step = '0'] = process.argv.slice(2);
const root = createFileKeyStore(keyFile).open();
const epochs = createEpochStore({ kind: 'file', path: `${keyFile}.epoch` }).read();
const steps = dieAt(Number(step));
restore({ backup, folder, root, epochs, losing: 0, at: wallTime(1_770_000_000_000) });
process.stdout.write(String(steps()));
