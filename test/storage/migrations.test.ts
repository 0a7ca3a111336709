import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DATABASE_FILES } from '#storage/files/folderMarker.ts';
import { migrate } from '#storage/files/migrate.ts';
import { MIGRATIONS } from '#storage/thread/vault.ts';
import { faultOf } from './support/faults.ts';

/** SHA-256 of the tables that each version makes. From the first release on a line is never changed, only followed by another. */
const SHIPPED = {
  'keyring.db': [
    'ee16c3faac47cf8848168f7b625c6da2e802a010cf9459539c4fc19c29cf2b33',
    '4a44edc540d3eb8b9ec7d65306e95329119926aa53e3b5283d704d385f1e1368',
    'b38ad5e068576bc937c85b7cbb29d9f31eaf5471deab0a8e1c8ee2b9edaa5bcd',
  ],
  'biometrics.db': ['68b6665c7feb26eb31cc2c6c07a5d1d1153330a213e9468b9b9b6066abf2f1a4'],
  'identities.db': ['47f8a80d0f6e9d9de9ef46e4c0ec205e9509328a5c2477e2a34457e915efa0e5'],
  'journal.db': ['c70a145b2b773d4b61b6f96c58ad613d0031712e7954d7bb290afcc121bc0550'],
} as const;

const schemaOf = (database: Database.Database): string => {
  const rows = database
    .prepare<[], string>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name')
    .pluck()
    .all();
  return createHash('sha256')
    .update(rows.map((sql) => sql.replaceAll(/\s+/g, ' ')).join('\n'))
    .digest('hex');
};

it.each(DATABASE_FILES)('every version of %s makes the tables that it shipped with', (file) => {
  const schemas = MIGRATIONS[file].map((_, index) => {
    using database = opened();
    migrate(database, file, MIGRATIONS[file].slice(0, index + 1));
    expect(database.pragma('user_version', { simple: true })).toBe(index + 1);
    return schemaOf(database);
  });
  expect(schemas).toEqual(SHIPPED[file]);
});

it('every file of the folder is a step of one of the databases', () => {
  const files = readdirSync(join(import.meta.dirname, '../../app/storage/migrations')).toSorted();
  const steps = Object.values(MIGRATIONS).flatMap((migrations) => migrations.map(({ name }) => `${name}.ts`));
  expect(files).toEqual(steps.toSorted());
});

it('only the steps that are missing are taken', () => {
  using database = opened();
  const taken: string[] = [];
  const step = (name: string) => () => void taken.push(name);
  migrate(database, 'x', [step('one')]);
  migrate(database, 'x', [step('one'), step('two'), step('three')]);
  migrate(database, 'x', [step('one'), step('two'), step('three')]);
  expect(taken).toEqual(['one', 'two', 'three']);
});

it('a step that fails leaves the version before it, whole', () => {
  using database = opened();
  const make = (sql: string) => (within: { exec(sql: string): unknown }) => void within.exec(sql);
  const good = make('CREATE TABLE a (x)');
  expect(() => migrate(database, 'x', [good, make('CREATE TABLE b (x); nonsense')])).toThrow();
  expect(database.pragma('user_version', { simple: true })).toBe(1);
  migrate(database, 'x', [good, make('CREATE TABLE b (x)')]);
  expect(database.pragma('user_version', { simple: true })).toBe(2);
});

it('a database of a newer program is refused', async () => {
  using database = opened();
  database.pragma('user_version = 5');
  const fault = await faultOf(() => migrate(database, 'people.db', []), 'storage');
  expect(fault.thing).toBe('people.db');
});

function opened(): Database.Database & Disposable {
  const database = new Database(':memory:');
  return Object.assign(database, { [Symbol.dispose]: () => void database.close() });
}
