import Database from 'better-sqlite3';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { DatabaseFile } from '#storage/files/folderMarker.ts';
import { Vault } from '#storage/thread/vault.ts';
import { epochOf } from '../../support/epochs.ts';

/** Changes the key of a file and is killed before the n-th step of it: a call of the file system or of the database. */
const [folder = '', master = '', file = '', step = '1'] = process.argv.slice(2);
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
const { writeSync, fsyncSync, renameSync } = fs;
fs.writeSync = ((...given: Parameters<typeof writeSync>) => (next(), writeSync(...given))) as typeof writeSync;
fs.fsyncSync = (handle) => (next(), fsyncSync(handle));
fs.renameSync = (from, to) => (next(), renameSync(from, to));
syncBuiltinESMExports();
const database: { pragma: Database.Database['pragma']; rekey(key: Buffer): number } = Database.prototype as never;
const original = { ...database };
database.pragma = function (this: Database.Database, ...given) {
  next();
  return original.pragma.apply(this, given);
};
database.rekey = function (key) {
  next();
  const answer = original.rekey.call(this, key);
  next();
  return answer;
};

vault.keys.changeFile(file as DatabaseFile);
process.exitCode = 3;
