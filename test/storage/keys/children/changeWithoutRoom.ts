import type { DoorId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { Vault } from '#storage/thread/vault.ts';
import { epochOf } from '../../support/epochs.ts';

/** Tries to change the key of the journal, and goes on with it; what failed goes to the standard output. */
const [folder = '', master = ''] = process.argv.slice(2);
using vault = new Vault({
  folder,
  simulated: true,
  master: Buffer.from(master, 'hex'),
  epoch: epochOf(folder),
  maxPages: {},
  report: () => undefined,
});
try {
  vault.keys.changeFile('journal.db');
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
vault.journal.append([{ at: wallTime(2), event: { kind: 'egress', door: 'front' as DoorId } }]);
