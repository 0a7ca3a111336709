import { wallTime } from '#core/kernel/units.ts';
import { openStorage } from '#storage/openStorage.ts';
import { writeSync } from 'node:fs';
import { person } from '../support/people.ts';
import { epochOf } from '../support/epochs.ts';

/** Appends entries without end, some together, and writes down each id once it is acknowledged. */
const [folder = '', master = ''] = process.argv.slice(2);
const { journal } = await openStorage({
  folder,
  simulated: true,
  master: Buffer.from(master, 'hex'),
  epoch: epochOf(folder),
  report: () => undefined,
});
const subject = person('Ada').cardholder.pseudonym;
for (let i = 0; ; i++) {
  await Promise.all(
    Array.from({ length: (i % 7) + 1 }, async () => {
      const id = await journal.append({ at: wallTime(Date.now()), event: { kind: 'enrolled' }, subject });
      writeSync(1, `${id}\n`);
    }),
  );
}
