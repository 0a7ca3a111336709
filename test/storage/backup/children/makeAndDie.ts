import { wallTime } from '#core/kernel/units.ts';
import { makeBackup } from '#storage/backup/makeBackup.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { Vault } from '#storage/thread/vault.ts';
import { dieAt } from '../support/steps.ts';

/** Makes a backup and is killed before the n-th change of the disk. Says how many there were where it was not. */
const [folder = '', keyFile = '', target = '', at = '0', step = '0'] = process.argv.slice(2);
const vault = new Vault({
  folder,
  simulated: true,
  master: createFileKeyStore(keyFile).open(),
  epoch: { kind: 'file', path: `${keyFile}.epoch` },
  maxPages: {},
  report: () => undefined,
});
const steps = dieAt(Number(step));
const parts = vault.snapshot(wallTime(Number(at)));
let next = parts.next();
while (next.done !== true) next = parts.next();
const { verified, says } = makeBackup({ snapshot: next.value, target, verify: true });
if (!verified) throw new Error(says);
process.stdout.write(String(steps()));
