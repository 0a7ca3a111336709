import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccessPointId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { days } from '#core/privacy/retention.ts';
import { LastUse } from '#terminal/lastUse.ts';
import { FakeJournal } from '../fakes/fakeJournal.ts';

const START = 1_770_000_000_000;
const SPAN = days(60);
const PEOPLE = ['a', 'b', 'c', 'd'] as Pseudonym[];
const onDay = (day: number): ReturnType<typeof wallTime> => wallTime(START + days(day));

const use = (journal: FakeJournal, person: Pseudonym, day: number): Promise<unknown> =>
  journal.append({
    at: onDay(day),
    event: { kind: 'access-granted', accessPoint: 'front' as AccessPointId, factors: ['card'] },
    subject: person,
  });

it('whoever has been away for long is known with the day of the last use, however often it is asked', async () => {
  const uses = fc.array(fc.record({ day: fc.integer({ min: 1, max: 199 }), who: fc.nat(PEOPLE.length - 1) }), {
    maxLength: 40,
  });
  const asked = fc.uniqueArray(fc.integer({ min: 61, max: 200 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(uses, asked, async (taken, when) => {
      const journal = new FakeJournal();
      await journal.append({ at: onDay(0), event: { kind: 'terminal-started' } });
      const inOrder = taken.toSorted((a, b) => a.day - b.day);
      const lastUse = new LastUse(journal, SPAN);
      for (const day of when.toSorted((a, b) => a - b)) {
        while (inOrder[0] !== undefined && inOrder[0].day < day) {
          const next = inOrder.shift()!;
          await use(journal, PEOPLE[next.who]!, next.day);
        }
        const told = await lastUse.of(PEOPLE, onDay(day));
        for (const [index, person] of PEOPLE.entries()) {
          const last = Math.max(0, ...taken.filter((one) => one.who === index && one.day < day).map((one) => one.day));
          const found = told.get(person);
          if (found === undefined) expect(day - last).toBeLessThanOrEqual(30);
          else expect(found).toBe(onDay(Math.max(last, day - 60)));
        }
      }
    }),
    { numRuns: 60 },
  );
});

it('nobody is known while the journal does not reach back so far', async () => {
  const journal = new FakeJournal();
  expect(await new LastUse(journal, SPAN).of(PEOPLE, onDay(10))).toEqual(new Map());
  await journal.append({ at: onDay(0), event: { kind: 'terminal-started' } });
  expect(await new LastUse(journal, SPAN).of(PEOPLE, onDay(59))).toEqual(new Map());
  expect((await new LastUse(journal, SPAN).of(PEOPLE, onDay(60))).size).toBe(PEOPLE.length);
});
