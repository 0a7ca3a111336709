import Database from 'better-sqlite3';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { wallTime } from '#core/kernel/units.ts';
import { Vault } from '#storage/thread/vault.ts';
import { epochOf } from '../../support/epochs.ts';
import { person } from '../../support/people.ts';

/** Deletes Ada and is killed before the n-th step of it: a write or sync of a file, or a commit of a database. */
const [folder = '', master = '', what = '', step = '1'] = process.argv.slice(2);
const vault = new Vault({
  folder,
  simulated: true,
  master: Buffer.from(master, 'hex'),
  epoch: epochOf(folder),
  maxPages: {},
  report: () => undefined,
});

let steps = 0;
function next(): void {
  steps += 1;
  if (steps === Number(step)) process.kill(process.pid, 'SIGKILL');
}
const { writeSync, fsyncSync } = fs;
fs.writeSync = ((...given: Parameters<typeof writeSync>) => (next(), writeSync(...given))) as typeof writeSync;
fs.fsyncSync = (handle) => (next(), fsyncSync(handle));
syncBuiltinESMExports();
const original = { ...Database.prototype };
Database.prototype.exec = function (sql: string): Database.Database {
  if (sql === 'COMMIT') next();
  return original.exec.call(this, sql);
};

const { pseudonym } = person('Ada').cardholder;
if (what === 'withdrawal') vault.people.withdrawFace(pseudonym, wallTime(5_000));
else vault.people.eraseDue(wallTime(Number.MAX_SAFE_INTEGER));
process.exitCode = 3;
