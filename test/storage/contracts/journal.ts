import { describe, expect, it } from 'vitest';
import type { JournalEntry, JournalEvent } from '#core/journal/entry.ts';
import type { AccessPointId, DoorId, JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { Enrolment, JournalArchive } from '#core/ports/stores.ts';
import { SEGMENT_ENTRIES } from '#storage/journal/segments.ts';
import { person } from '../support/people.ts';

const FRONT = 'front' as AccessPointId;
const DOOR = 'door' as DoorId;

const EVENTS: readonly JournalEvent[] = [
  { kind: 'terminal-started' },
  { kind: 'access-granted', accessPoint: FRONT, factors: ['card', 'face'] },
  { kind: 'access-denied', accessPoint: FRONT, reason: 'not-recognised' },
  { kind: 'door-forced-open', door: DOOR },
  { kind: 'egress', door: DOOR },
  { kind: 'strike-failed', door: DOOR },
  { kind: 'link-lost', part: 'relay board' },
  { kind: 'enrolled' },
  { kind: 'consent-ended' },
  { kind: 'terminal-stopped' },
];

export interface OpenJournal extends AsyncDisposable {
  readonly journal: JournalArchive;
  /** Somebody whose entries can be sealed. */
  readonly enrolled: (person: Enrolment) => Promise<void>;
}

/** What every Journal promises. It is opened as that of a simulated gate. */
export function journalContract(name: string, open: () => Promise<OpenJournal>): void {
  describe(`the journal in ${name}`, () => {
    it('numbers entries 1, 2, 3 and gives them back in order, as they were', async () => {
      await using opened = await open();
      const entries = EVENTS.map((event, index): JournalEntry => ({ at: wallTime(1_000 + index), event }));
      const ids = await Promise.all(entries.map((entry) => opened.journal.append(entry)));
      expect(ids).toEqual(EVENTS.map((_, index) => index + 1));
      const recorded = await opened.journal.read(1 as JournalId, 100);
      expect(recorded).toEqual(entries.map((entry, index) => ({ ...entry, id: index + 1, simulated: true })));
    });

    it('knows whose an entry is', async () => {
      await using opened = await open();
      await opened.enrolled(person('Ada'));
      await opened.enrolled(person('Bo'));
      const subjects = ['Bo', 'Ada', 'Bo'].map((label) => person(label).cardholder.pseudonym);
      for (const subject of subjects)
        await opened.journal.append({ at: wallTime(5), event: { kind: 'enrolled' }, subject });
      const recorded = await opened.journal.read(1 as JournalId, 10);
      expect(recorded.map(({ subject }) => subject)).toEqual(subjects);
    });

    it('reads a part of itself, and nothing beyond its end', async () => {
      await using opened = await open();
      for (let i = 0; i < 7; i++) await opened.journal.append({ at: wallTime(i), event: { kind: 'enrolled' } });
      const ids = async (from: number, limit: number): Promise<number[]> =>
        (await opened.journal.read(from as JournalId, limit)).map(({ id }) => id);
      expect(await ids(3, 2)).toEqual([3, 4]);
      expect(await ids(6, 10)).toEqual([6, 7]);
      expect(await ids(8, 10)).toEqual([]);
      expect(await ids(0, 1)).toEqual([1]);
      expect(await ids(1, 0)).toEqual([]);
    });

    it('keeps the order of the numbers when the wall clock jumps back', async () => {
      await using opened = await open();
      for (const at of [9_000, 1_000]) await opened.journal.append({ at: wallTime(at), event: { kind: 'enrolled' } });
      expect((await opened.journal.read(1 as JournalId, 2)).map(({ at }) => at)).toEqual([9_000, 1_000]);
    });

    it('finds entries by kind, time and person, some at a time, in order of time', async () => {
      await using opened = await open();
      const { journal } = opened;
      for (const label of ['Ada', 'Bo']) await opened.enrolled(person(label));
      const [ada, bo] = ['Ada', 'Bo'].map((label) => person(label).cardholder.pseudonym);
      for (const [at, subject] of [[3, ada] as const, [1, bo] as const, [2, ada] as const, [4, bo] as const])
        await journal.append({ at: wallTime(at), event: { kind: 'enrolled' }, ...(subject ? { subject } : {}) });
      await journal.append({ at: wallTime(2), event: { kind: 'terminal-started' } });
      const first = await journal.search({ kind: 'enrolled', from: wallTime(2) }, 2);
      expect(first.entries.map(({ at, subject }) => [at, subject])).toEqual([
        [2, undefined],
        [3, undefined],
      ]);
      const rest = await journal.search({ kind: 'enrolled', from: wallTime(2) }, 2, first.next);
      expect(rest.entries.map(({ at }) => at)).toEqual([4]);
      const ofAda = await journal.search({ person: ada! }, 10);
      expect(ofAda.entries.map(({ at }) => at)).toEqual([2, 3]);
      const named = await journal.search({ kind: 'enrolled', until: wallTime(3), subjects: true }, 10);
      expect(named.entries.map(({ subject }) => subject)).toEqual([bo, ada, ada]);
    });

    it('says whose entries are those of the people that are asked for', async () => {
      await using opened = await open();
      const { journal } = opened;
      for (const label of ['Ada', 'Bo']) await opened.enrolled(person(label));
      const [ada, bo] = ['Ada', 'Bo'].map((label) => person(label).cardholder.pseudonym);
      for (const subject of [ada, bo])
        await journal.append({ at: wallTime(1), event: { kind: 'enrolled' }, ...(subject ? { subject } : {}) });
      const { entries } = await journal.search({ subjects: [bo!] }, 10);
      expect(entries[1]?.subject).toBe(bo);
    });

    it('removes whole segments from the beginning, says so in itself, and goes on in its numbers', async () => {
      await using opened = await open();
      const { journal } = opened;
      const event = { kind: 'terminal-started' } as const;
      const count = SEGMENT_ENTRIES * 2 + 50;
      await Promise.all(Array.from({ length: count }, (_, at) => journal.append({ at: wallTime(at), event })));
      const before = wallTime(SEGMENT_ENTRIES * 2 - 10);
      expect(await journal.expired(wallTime(10))).toEqual([]);
      const told = await journal.expired(before);
      expect(told).toMatchObject([{ first: 1 }]);
      expect(await journal.removeBefore(before)).toEqual(told);
      expect(await journal.removeBefore(before)).toEqual([]);
      const last = told[0]!.last;
      expect((await journal.read(1 as JournalId, 1))[0]?.id).toBe(last + 1);
      expect((await journal.search({ until: wallTime(last) }, 10)).entries.map(({ id }) => id)).toEqual([last + 1]);
      const removed = await journal.search({ kind: 'segment-removed' }, 10);
      expect(removed.entries.map(({ event: one }) => one)).toEqual([{ kind: 'segment-removed', first: 1, last }]);
      expect(await journal.append({ at: wallTime(1), event })).toBe(count + 2);
    });

    it('takes away whose old access events are, and of no other entry; where and when they were stays', async () => {
      await using opened = await open();
      const { journal } = opened;
      for (const label of ['Ada', 'Bo']) await opened.enrolled(person(label));
      const [ada, bo] = ['Ada', 'Bo'].map((label) => person(label).cardholder.pseudonym);
      const granted = { kind: 'access-granted', accessPoint: FRONT, factors: ['card'] } as const;
      const denied = { kind: 'access-denied', accessPoint: FRONT, reason: 'expired' } as const;
      for (const [at, event, subject] of [
        [1, granted, ada] as const,
        [2, { kind: 'enrolled' } as const, ada] as const,
        [3, denied, bo] as const,
        [9, granted, ada] as const,
        [4, granted, bo] as const,
      ])
        await journal.append({ at: wallTime(at), event, ...(subject === undefined ? {} : { subject }) });
      expect(await journal.expiredSubjects(wallTime(1))).toBeUndefined();
      expect(await journal.expiredSubjects(wallTime(5))).toEqual({ upTo: 3, subjects: 2 });
      expect(await journal.removeSubjects(wallTime(5))).toEqual({ upTo: 3, subjects: 2 });
      expect(await journal.removeSubjects(wallTime(5))).toBeUndefined();
      const left = await journal.read(1 as JournalId, 10);
      expect(left.map(({ at, subject }) => [at, subject]).slice(0, 5)).toEqual([
        [1, undefined],
        [2, ada],
        [3, undefined],
        [9, ada],
        [4, bo],
      ]);
      expect(left[5]?.event).toEqual({ kind: 'subjects-removed', upTo: 3 });
      expect((await journal.search({ person: bo! }, 10)).entries.map(({ at }) => at)).toEqual([4]);
      expect(await journal.removeSubjects(wallTime(10))).toEqual({ upTo: 6, subjects: 2 });
    });
  });
}
