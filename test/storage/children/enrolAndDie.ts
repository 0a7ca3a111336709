import Database from 'better-sqlite3';
import { Vault } from '#storage/thread/vault.ts';
import { person } from '../support/people.ts';
import { enrolIn } from '../support/vaults.ts';
import { epochOf } from '../support/epochs.ts';

/** Enrols Bo and is killed before or after the n-th commit of it, counted over all files. */
const [folder = '', master = '', when = 'before', step = '1'] = process.argv.slice(2);
const vault = new Vault({
  folder,
  simulated: true,
  master: Buffer.from(master, 'hex'),
  epoch: epochOf(folder),
  maxPages: {},
  report: () => undefined,
});

const original = { ...Database.prototype };
let commits = 0;
Database.prototype.exec = function (sql: string): Database.Database {
  if (sql === 'COMMIT') commits += 1;
  const due = sql === 'COMMIT' && commits === Number(step);
  if (due && when === 'before') process.kill(process.pid, 'SIGKILL');
  const result = original.exec.call(this, sql);
  if (due) process.kill(process.pid, 'SIGKILL');
  return result;
};

enrolIn(vault, [person('Bo')]);
process.exitCode = 3;
