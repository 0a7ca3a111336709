import Database from 'better-sqlite3';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { wallTime } from '#core/kernel/units.ts';
import { CHANGEABLE_KEYS } from '#core/ports/keyRoom.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { openRoot } from '#storage/openMaster.ts';
import { Vault } from '#storage/thread/vault.ts';
import { epochOf } from '../../support/epochs.ts';

/** Changes a key and is killed before the n-th step of it: a call of the file system, a statement or a commit. */
const [folder = '', name = '', step = '1'] = process.argv.slice(2);
const root = { kind: 'file', path: `${folder}.root` } as const;
const vault = new Vault({
  folder,
  simulated: true,
  master: openRoot(createKeyStore(root), folder),
  root,
  epoch: epochOf(folder),
  maxPages: {},
  report: () => undefined,
});

let steps = 0;
function next(): void {
  steps += 1;
  if (steps === Number(step)) process.kill(process.pid, 'SIGKILL');
}
const { writeSync, fsyncSync, renameSync, linkSync, unlinkSync } = fs;
fs.writeSync = ((...given: Parameters<typeof writeSync>) => (next(), writeSync(...given))) as typeof writeSync;
fs.fsyncSync = (handle) => (next(), fsyncSync(handle));
fs.renameSync = (from, to) => (next(), renameSync(from, to));
fs.linkSync = (from, to) => (next(), linkSync(from, to));
fs.unlinkSync = (path) => (next(), unlinkSync(path));
syncBuiltinESMExports();
const original = { ...Database.prototype };
Database.prototype.exec = function (sql: string): Database.Database {
  if (sql === 'COMMIT') next();
  return original.exec.call(this, sql);
};
Database.prototype.pragma = function (this: Database.Database, ...given: Parameters<Database.Database['pragma']>) {
  next();
  return original.pragma.apply(this, given);
};
using scratch = Object.assign(new Database(':memory:'), {
  [Symbol.dispose](): void {
    scratch.close();
  },
});
/** The class of all statements; what is within a transaction comes with its commit. */
const statements: Pick<Database.Statement, 'run'> = Object.getPrototypeOf(scratch.prepare('SELECT 1')) as never;
const { run } = statements;
statements.run = function (this: Database.Statement, ...given: unknown[]) {
  if (!this.database.inTransaction) next();
  return run.apply(this, given);
};

const key = CHANGEABLE_KEYS.find((one) => one === name);
if (key === undefined) throw new Error(name);
const change = vault.keys.change(key);
let part = change.next();
while (part.done !== true) part = change.next();
const { announce } = part.value;
if (announce !== undefined)
  vault.journal.append([{ at: wallTime(1), event: { kind: 'signing-key-changed', publicKey: announce } }]);
process.exitCode = 3;
