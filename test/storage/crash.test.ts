import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TestFolder } from './support/folder.ts';
import { person } from './support/people.ts';
import { enrolIn, rosterOf } from './support/vaults.ts';

const child = (name: string): string => join(import.meta.dirname, 'children', name);

function start(name: string, folder: TestFolder, ...more: string[]): ReturnType<typeof spawn> {
  const master = Buffer.from(folder.master).toString('hex');
  return spawn(process.execPath, [child(name), folder.path, master, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
}

it.each([1, 2, 3].flatMap((step) => [['before', step] as const, ['after', step] as const]))(
  'killed %s commit %i of an enrolment, the gate knows the person wholly or not at all',
  async (when, step) => {
    await using folder = new TestFolder();
    {
      using vault = folder.vault();
      enrolIn(vault, [person('Ada')]);
    }
    const dying = start('enrolAndDie.ts', folder, when, String(step));
    await once(dying, 'exit');
    expect(dying.signalCode).toBe('SIGKILL');

    const enrolled = when === 'after' && step === 3;
    using vault = folder.vault();
    const people = enrolled ? ['Ada', 'Bo'] : ['Ada'];
    expect(rosterOf(vault)).toEqual({
      cardholders: people.map((label) => person(label).cardholder),
      credentials: people.flatMap((label) => person(label).credentials),
      templates: people.flatMap((label) => person(label).face.templates.map(({ record }) => record)),
    });
    expect(vault.people.consentsOf(person('Bo').cardholder.pseudonym)).toHaveLength(enrolled ? 1 : 0);
    const leftBehind = (when === 'after' && step === 1) || step === 2 || (when === 'before' && step === 3);
    expect(folder.reports.map(({ part, level }) => `${part} ${level}`)).toEqual(leftBehind ? ['people warning'] : []);
    if (!enrolled) enrolIn(vault, [person('Bo')]);
    expect(rosterOf(vault).cardholders).toHaveLength(2);
  },
);

it('nothing is left of half an enrolment in any table', async () => {
  await using folder = new TestFolder();
  await once(start('enrolAndDie.ts', await withAda(folder), 'before', '3'), 'exit');
  folder.vault()[Symbol.dispose]();
  using biometrics = folder.database('biometrics.db');
  using keyring = folder.database('keyring.db');
  const count = (database: typeof keyring, table: string): unknown =>
    database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  expect([count(biometrics, 'templates'), count(biometrics, 'consents'), count(keyring, 'key_blocks')]).toEqual([
    1, 1, 1,
  ]);
});

async function withAda(folder: TestFolder): Promise<TestFolder> {
  using vault = folder.vault();
  enrolIn(vault, [person('Ada')]);
  return folder;
}
