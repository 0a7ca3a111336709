import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JOURNAL_APPEND_MS_MAX, type JournalEntry } from '#core/journal/entry.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Appended } from '#storage/journal/journalFile.ts';
import {
  JOURNAL_RETRY_MS,
  JOURNAL_STUCK_MS_MAX,
  JournalWriter,
  RESERVE_MS_MAX,
} from '#storage/journal/journalWriter.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { FakeReserve } from '../../fakes/fakeReserve.ts';
import { faultOf } from '../support/faults.ts';

const entry = (part: string): JournalEntry => ({ at: wallTime(1_000), event: { kind: 'link-lost', part } });
const partOf = ({ event }: JournalEntry): string => ('part' in event ? event.part : event.kind);

/** A database that works, fails, or is stuck until somebody lets it go on. */
class FakeDatabase {
  readonly entries: string[];
  #state: 'works' | 'fails' | 'stuck' = 'works';
  #stuck:
    | { readonly entries: readonly JournalEntry[]; readonly answer: PromiseWithResolvers<readonly Appended[]> }
    | undefined;

  constructor(entries: readonly string[] = []) {
    this.entries = [...entries];
  }

  readonly write = (entries: readonly JournalEntry[]): Promise<readonly Appended[]> => {
    const answer = Promise.withResolvers<readonly Appended[]>();
    this.#stuck = { entries, answer };
    this.#settle();
    return answer.promise;
  };

  become(state: 'works' | 'fails' | 'stuck'): void {
    this.#state = state;
    this.#settle();
  }

  /** As a loss of power leaves it: a commit under way is done or not. */
  cutOff(done: boolean): void {
    if (done) this.entries.push(...(this.#stuck?.entries ?? []).map(partOf));
    this.#stuck = undefined;
  }

  #settle(): void {
    const stuck = this.#stuck;
    if (stuck === undefined || this.#state === 'stuck') return;
    this.#stuck = undefined;
    if (this.#state === 'fails') {
      stuck.answer.reject(
        new Fault('journal', { thing: 'journal.db', found: 'no room left on the disk', expected: 'room' }),
      );
      return;
    }
    const first = this.entries.length + 1;
    this.entries.push(...stuck.entries.map(partOf));
    stuck.answer.resolve(stuck.entries.map((_, index) => ({ id: (first + index) as JournalId })));
  }
}

class Bench {
  readonly #room: number;
  clock = new FakeClock();
  database = new FakeDatabase();
  reserve: FakeReserve;
  readonly reports: HealthReport[] = [];
  writer: JournalWriter;

  constructor(room = 100) {
    this.#room = room;
    this.reserve = new FakeReserve(room);
    this.writer = this.#start();
  }

  /** The gate starts again, with what the disk holds; the one before it does nothing any more. */
  async restart(): Promise<void> {
    this.clock = new FakeClock();
    this.database = new FakeDatabase(this.database.entries);
    this.reserve = new FakeReserve(this.#room, this.reserve.held);
    this.writer = this.#start();
    const last = this.database.entries.length;
    await this.writer.adopt(this.reserve.held.filter(({ id }) => id > last).map((held) => held.entry));
  }

  get alarm(): HealthReport | undefined {
    return this.reports.findLast(({ part }) => part === 'journal reserve');
  }

  #start(): JournalWriter {
    const { clock, reserve, database } = this;
    const report = (line: HealthReport): void => void this.reports.push(line);
    return new JournalWriter({
      write: database.write,
      reserve,
      clock,
      report,
      last: database.entries.length,
      lastAt: undefined,
    });
  }
}

/** Everything that is ready to go on has gone on. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('a database that is stuck', () => {
  it('does not hold up an access: its entry is acknowledged from the reserve, by the number that it gets', async () => {
    const { clock, database, writer, reserve } = new Bench();
    await writer.append(entry('a'));
    database.become('stuck');
    const waiting = writer.append(entry('b'));
    clock.advance(JOURNAL_STUCK_MS_MAX);
    expect(await waiting).toBe(2);
    expect(reserve.held.map(({ id }) => id)).toEqual([2]);
    database.become('works');
    await settled();
    expect(await writer.append(entry('c'))).toBe(3);
    expect(database.entries).toEqual(['a', 'b', 'c']);
    expect(reserve.held).toEqual([]);
  });

  it('is no way in where the reserve is stuck as well: the entry is refused in time', async () => {
    const { clock, database, writer, reserve } = new Bench();
    database.become('stuck');
    reserve.become('stuck');
    const waiting = faultOf(() => writer.append(entry('a')), 'journal');
    await settled();
    clock.advance(JOURNAL_STUCK_MS_MAX);
    await settled();
    clock.advance(RESERVE_MS_MAX);
    await waiting;
    expect(JOURNAL_STUCK_MS_MAX + RESERVE_MS_MAX).toBeLessThan(JOURNAL_APPEND_MS_MAX);
  });
});

describe('a database that takes nothing', () => {
  it('sends entries to the reserve, raises the alarm, and gets them in order once it works', async () => {
    const bench = new Bench();
    const { clock, database, writer, reserve } = bench;
    database.become('fails');
    expect(await Promise.all(['a', 'b'].map((part) => writer.append(entry(part))))).toEqual([1, 2]);
    expect(await writer.append(entry('c'))).toBe(3);
    expect(bench.alarm?.level).toBe('failed');
    database.become('works');
    clock.advance(JOURNAL_RETRY_MS);
    await settled();
    expect(database.entries).toEqual(['a', 'b', 'c']);
    expect(reserve.held).toEqual([]);
    expect(bench.alarm?.level).toBe('ok');
  });

  it('denies entry when the reserve is used up, and lets people in again when it works', async () => {
    const { clock, database, writer } = new Bench(2);
    database.become('fails');
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((part) => writer.append(entry(part))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    database.become('works');
    clock.advance(JOURNAL_RETRY_MS);
    await settled();
    expect(await writer.append(entry('e'))).toBe(3);
    expect(database.entries).toEqual(['a', 'b', 'e']);
  });

  it('denies entry at once where there is no reserve', async () => {
    const database = new FakeDatabase();
    database.become('fails');
    const parts = { clock: new FakeClock(), report: () => undefined, last: 0, lastAt: undefined };
    const writer = new JournalWriter({ ...parts, write: database.write, reserve: undefined });
    await faultOf(() => writer.append(entry('a')), 'journal');
  });
});

it('an entry older than the last one before the start shows that the clock was put back meanwhile', async () => {
  const database = new FakeDatabase();
  const parts = { clock: new FakeClock(), reserve: new FakeReserve(1), report: () => undefined };
  const writer = new JournalWriter({ ...parts, write: database.write, last: 0, lastAt: wallTime(5_000) });
  await writer.append(entry('a'));
  await writer.append(entry('b'));
  expect(database.entries).toEqual(['clock-changed', 'a', 'b']);
});

type Step =
  | 'append'
  | 'works'
  | 'fails'
  | 'stuck'
  | 'wait'
  | 'reserve fails'
  | 'reserve works'
  | 'power lost'
  | 'power lost behind the commit';
const STEPS: readonly Step[] = [
  'append',
  'append',
  'append',
  'works',
  'fails',
  'stuck',
  'wait',
  'wait',
  'reserve fails',
  'reserve works',
  'power lost',
  'power lost behind the commit',
];

it('whatever fails, is stuck or loses power when, every acknowledged entry is there under its number', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...STEPS), { maxLength: 60 }),
      fc.integer({ min: 0, max: 6 }),
      async (steps, room) => {
        const bench = new Bench(room);
        const acknowledged = new Map<number, string>();
        let made = 0;
        for (const step of steps) {
          if (step === 'append') {
            const part = `entry ${++made}`;
            bench.writer.append(entry(part)).then(
              (id) => void acknowledged.set(id, part),
              () => undefined,
            );
          } else await take(bench, step);
          await settled();
        }
        await take(bench, 'works');
        await take(bench, 'reserve works');
        for (let i = 0; i < 3; i++) await take(bench, 'wait');
        await bench.writer.close();
        for (const [id, part] of acknowledged) expect([id, bench.database.entries[id - 1]]).toEqual([id, part]);
        expect(new Set(bench.database.entries).size).toBe(bench.database.entries.length);
      },
    ),
    { numRuns: 300 },
  );
});

async function take(bench: Bench, step: Exclude<Step, 'append'>): Promise<void> {
  if (step === 'wait') bench.clock.advance(JOURNAL_RETRY_MS);
  else if (step === 'reserve fails') bench.reserve.become('fails');
  else if (step === 'reserve works') bench.reserve.become('works');
  else if (step === 'works' || step === 'fails' || step === 'stuck') bench.database.become(step);
  else {
    bench.database.cutOff(step === 'power lost behind the commit');
    await bench.restart();
  }
  await settled();
}
