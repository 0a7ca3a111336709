import { writeSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '#core/journal/entry.ts';
import { wallTime } from '#core/kernel/units.ts';
import { openStorage } from '#storage/openStorage.ts';
import { epochOf } from '../support/epochs.ts';

/**
 * Appends, exports and removes segments without end, and writes down number and content of each entry that is
 * acknowledged. With `tight` its journal.db is full soon, so that the reserve fills; without, it is drained first.
 */
const [folder = '', master = '', run = '', tight = ''] = process.argv.slice(2);
const { journal } = await openStorage({
  folder,
  simulated: true,
  master: Buffer.from(master, 'hex'),
  epoch: epochOf(folder),
  report: ({ part, level }) => {
    if (part === 'journal reserve' && level === 'failed') writeSync(1, 'reserve\n');
  },
  ...(tight === '' ? {} : { maxPages: { 'journal.db': Number(tight) } }),
});
writeSync(1, 'open\n');
for (let round = 0; ; round++) {
  const entries = Array.from({ length: 1 + ((round * 13) % 120) }, (_, index): JournalEntry => {
    return { at: wallTime(Date.now()), event: { kind: 'link-lost', part: `${run}.${round}.${index}` } };
  });
  await Promise.allSettled(
    entries.map(async (entry) => {
      const id = await journal.append(entry);
      if (entry.event.kind === 'link-lost') writeSync(1, `${id} ${entry.event.part}\n`);
    }),
  );
  const path = join(folder, `export-${round % 3}.jsonl`);
  if (round % 5 === 4) await journal.export({ path, form: 'jsonl' }).catch(() => undefined);
  // What retention removed is room again: most runs leave the file full.
  if (Number(run) % 8 === 1 && round % 7 === 6) await journal.removeBefore(wallTime(Date.now())).catch(() => undefined);
}
