import { Fault } from '#core/kernel/fault.ts';
import { Vault } from '#storage/thread/vault.ts';
import { epochOf } from '../support/epochs.ts';

/** Opens a data folder, says so, and holds it until it is killed. */
const [folder = '', master = ''] = process.argv.slice(2);
try {
  const vault = new Vault({
    folder,
    simulated: true,
    master: Buffer.from(master, 'hex'),
    epoch: epochOf(folder),
    maxPages: {},
    report: () => undefined,
  });
  console.log('open');
  setInterval(() => vault.people, 1_000);
} catch (error) {
  console.log(error instanceof Fault ? `${error.code}: ${error.found}` : String(error));
}
