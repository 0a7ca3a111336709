import { expect, it } from 'vitest';
import type { JournalEvent } from '#core/journal/entry.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { journalCommands } from '#service/control/journalCommands.ts';
import { FakeJournal } from '../../fakes/fakeJournal.ts';

const id = (value: number): JournalId => value as JournalId;

it('whoever takes the journal along is told in it, with what was taken', async () => {
  const journal = new FakeJournal();
  const recorded: JournalEvent[] = [];
  const signature = {
    format: 'lintel-journal-export/1',
    form: 'csv',
    sha256: '00',
    journal: '00',
    first: id(3),
    last: id(7),
    previous: '00',
    hash: '00',
    at: wallTime(0),
    key: '00',
    signature: '00',
  };
  const stored = Object.assign(journal, {
    check: () => Promise.reject(new Error('not asked')),
    export: ({ path }: { path: string }) => Promise.resolve({ path, signature: signature as never }),
  });
  const taken = journalCommands(stored, (event) => recorded.push(event)).find(({ name }) => name === 'journal-export');
  await taken?.run({ path: '/safe/journal.csv', form: 'csv', from: 3, to: 7 });
  expect(recorded).toEqual([{ kind: 'journal-exported', first: 3, last: 7 }]);
});
