import { expect, it } from 'vitest';
import type { DoorId, Pseudonym } from '#core/kernel/ids.ts';
import { Recorder } from '#terminal/recorder.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { FakeJournal } from '../fakes/fakeJournal.ts';

const DOOR = 'front door' as DoorId;
const EGRESS = { kind: 'egress', door: DOOR } as const;
const SOMEBODY = 'ab'.repeat(16) as Pseudonym;

function recorderOn(journal: FakeJournal, clock: FakeClock): Recorder {
  const recorder = new Recorder({ clock, health: { report: () => undefined } });
  recorder.attach(journal);
  return recorder;
}

const events = (journal: FakeJournal): unknown[] => journal.recorded.map(({ event }) => event);

it('a wall clock that is set ahead is recorded before what happens next, and by how much', () => {
  const [journal, clock] = [new FakeJournal(), new FakeClock()];
  const recorder = recorderOn(journal, clock);
  recorder.record(EGRESS);
  clock.advance(60_000);
  clock.setWall(clock.wall() + 3_600_000);
  recorder.record(EGRESS);
  expect(events(journal)).toEqual([EGRESS, { kind: 'clock-changed', byMs: 3_600_000 }, EGRESS]);
});

it('a wall clock that is put back is recorded, also where time has gone on beyond that since', () => {
  const [journal, clock] = [new FakeJournal(), new FakeClock()];
  const recorder = recorderOn(journal, clock);
  recorder.record(EGRESS);
  clock.advance(600_000);
  clock.setWall(clock.wall() - 300_000);
  recorder.record(EGRESS);
  clock.setWall(clock.wall() - 1);
  recorder.record(EGRESS);
  const jump = (byMs: number): unknown => ({ kind: 'clock-changed', byMs });
  expect(events(journal)).toEqual([EGRESS, jump(-300_000), EGRESS, jump(-1), EGRESS]);
});

it('an access is recorded behind the jump as well', async () => {
  const [journal, clock] = [new FakeJournal(), new FakeClock()];
  const recorder = recorderOn(journal, clock);
  clock.setWall(clock.wall() + 10_000);
  expect(await recorder.recordFirst({ kind: 'enrolled' }, SOMEBODY)).toBe(true);
  expect(journal.kinds).toEqual(['clock-changed', 'enrolled']);
});

it('a clock that goes a little faster, as when it is brought into step, makes no entry', () => {
  const [journal, clock] = [new FakeJournal(), new FakeClock()];
  const recorder = recorderOn(journal, clock);
  for (let i = 0; i < 10; i++) {
    clock.advance(60_000);
    clock.setWall(clock.wall() + 1_900);
    recorder.record(EGRESS);
  }
  expect(journal.kinds).toEqual(Array.from({ length: 10 }, () => 'egress'));
});
