import { describe, expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import { days, LEGAL_MINIMUM } from '#core/privacy/retention.ts';
import { PURGE_EVERY_MS, PURGE_RETRY_MS, PURGE_START_MS } from '#terminal/purge.ts';
import { idFrom } from '../fakes/fakePeopleStore.ts';
import { RetentionFixture } from './retentionFixture.ts';

const YEAR = days(365);

describe('what is kept no longer goes by itself', () => {
  it('a visitor a day after the visit, an employee a month after the last day, and everybody else stays', async () => {
    const gate = await RetentionFixture.start();
    await gate.enrol('visitor', 'visitor', 2);
    await gate.enrol('leaver', 'staff', 2);
    await gate.enrol('resident', 'resident', 1_000);
    await gate.days(2);
    expect(gate.names).toEqual(['visitor', 'leaver', 'resident']);
    await gate.days(1);
    expect(gate.names).toEqual(['leaver', 'resident']);
    await gate.days(28);
    expect(gate.names).toEqual(['leaver', 'resident']);
    await gate.days(1);
    expect(gate.names).toEqual(['resident']);
    expect((await gate.people.load()).cardholders).toHaveLength(1);
    expect(gate.kinds('purpose-ended')).toMatchObject([
      { event: { why: 'visit-over' }, subject: idFrom('visitor') },
      { event: { why: 'employment-ended' }, subject: idFrom('leaver') },
    ]);
  });

  it('whoever has not come for a year, but nobody who came, was enrolled or is not valid yet within it', async () => {
    const gate = await RetentionFixture.start();
    for (const label of ['comes', 'came once', 'never came']) await gate.enrol(label, 'staff', 2_000);
    await gate.days(100);
    await gate.comesIn('came once');
    await gate.days(265, () => gate.comesIn('comes'));
    expect(gate.names).toEqual(['comes', 'came once', 'never came']);
    await gate.days(2, () => gate.comesIn('comes'));
    expect(gate.names).toEqual(['comes', 'came once']);
    await gate.days(100, () => gate.comesIn('comes'));
    expect(gate.names).toEqual(['comes']);
    expect(gate.kinds('purpose-ended')).toMatchObject([{ event: { why: 'unused' } }, { event: { why: 'unused' } }]);
  });

  it('a restricted person when the last legal minimum has ended, without a name in the entry', async () => {
    const gate = await RetentionFixture.start();
    await gate.enrol('visitor', 'visitor', 0);
    await gate.days(1);
    const [due] = await gate.people.dueErasures();
    expect(due).toBe(gate.clock.wall() + LEGAL_MINIMUM.accessEvents);
    await gate.days(183);
    expect(gate.kinds('erased')).toEqual([]);
    await gate.days(1);
    expect(gate.kinds('erased')).toHaveLength(1);
    expect(gate.kinds('erased')[0]).not.toHaveProperty('subject');
    expect(await gate.people.dueErasures()).toEqual([]);
  });

  it('segments of the journal, once their newest entry is older than every span', async () => {
    const gate = await RetentionFixture.start({
      operatorActions: LEGAL_MINIMUM.operatorActions,
      accessEvents: days(184),
    });
    for (let entry = 0; entry < 6; entry++) await gate.comesIn('somebody');
    await gate.days(183);
    expect(gate.kinds('segment-removed')).toEqual([]);
    await gate.days(2);
    expect(gate.kinds('segment-removed')).toHaveLength(1);
  });

  it('whose an access event is after its span, while where and when it was stays, and what was done stays whole', async () => {
    const gate = await RetentionFixture.start({ accessEvents: days(200), unused: days(100) });
    await gate.enrol('Ada', 'staff', 2_000);
    await gate.comesIn('Ada');
    await gate.days(200, () => gate.comesIn('Ada'));
    expect(gate.kinds('access-granted')[0]).toHaveProperty('subject');
    const soon = await gate.purge.forecast(wallTime(gate.clock.wall() + days(2)));
    expect(soon).toMatchObject([{ type: 'accessSubjects', count: 2 }]);
    await gate.days(2, () => gate.comesIn('Ada'));
    const [first, second, third] = gate.kinds('access-granted');
    for (const gone of [first, second]) expect(gone).not.toHaveProperty('subject');
    expect(first).toMatchObject({ event: { accessPoint: 'entrance' } });
    expect(third).toHaveProperty('subject');
    expect(gate.kinds('enrolled')[0]).toHaveProperty('subject');
    expect(gate.kinds('purged').at(-1)).toMatchObject({ event: { removed: { accessSubjects: 1 } } });
  });

  it('every day by itself, first some time after the start, and each is recorded with its counts', async () => {
    const gate = await RetentionFixture.start();
    await gate.enrol('visitor', 'visitor', 0);
    gate.purge.start();
    gate.clock.advance(PURGE_START_MS - 1);
    await gate.settle();
    expect(gate.kinds('purged')).toEqual([]);
    gate.clock.advance(1);
    await gate.settle();
    gate.clock.advance(PURGE_EVERY_MS);
    await gate.settle();
    expect(gate.kinds('purged')).toMatchObject([{ event: { removed: {} } }, { event: { removed: { visitors: 1 } } }]);
    await gate.purge.stop();
    expect(gate.clock.waiting).toBe(0);
  });

  it('in steps: a crowd goes some at a time', async () => {
    const gate = await RetentionFixture.start();
    for (let one = 0; one < 50; one++) await gate.enrol(`visitor ${one}`, 'visitor', 0);
    const steps: number[] = [];
    const eraseAll = gate.people.eraseAll.bind(gate.people);
    gate.people.eraseAll = async (people, at, rules) => {
      steps.push(people.length);
      return await eraseAll(people, at, rules);
    };
    gate.clock.advance(days(1));
    expect(await gate.purge.run()).toEqual({ kind: 'done', removed: { visitors: 50 } });
    expect(steps).toEqual([16, 16, 16, 2]);
  });
});

describe('what will be removed', () => {
  it('is told beforehand by type and moment, without names, and is what goes', async () => {
    const gate = await RetentionFixture.start();
    for (const label of ['one', 'two']) await gate.enrol(label, 'visitor', 5);
    await gate.enrol('leaver', 'staff', 20);
    await gate.days(1);
    const goes = wallTime(gate.clock.wall() + days(5));
    expect(await gate.purge.forecast(wallTime(goes - 1))).toEqual([]);
    expect(await gate.purge.forecast(goes)).toEqual([{ type: 'visitors', count: 2, from: goes }]);
    expect(gate.line('purge to come')).toBe(`ok: within a week: 2 visitors from ${new Date(goes).toISOString()} on`);
    await gate.days(5);
    expect(gate.kinds('purged').at(-1)).toMatchObject({ event: { removed: { visitors: 2 } } });
    expect(gate.line('purge to come')).toBe('ok: nothing within a week');
    const all = await gate.purge.forecast(wallTime(gate.clock.wall() + 2 * YEAR));
    expect(all.map(({ type, count }) => [type, count])).toEqual([
      ['restricted', 2],
      ['leavers', 1],
    ]);
  });
});

describe('a disk that does not do it', () => {
  it('is told, and it is tried again within the hour', async () => {
    const gate = await RetentionFixture.start();
    await gate.enrol('visitor', 'visitor', 0);
    gate.purge.start();
    gate.clock.advance(PURGE_START_MS);
    await gate.settle();
    gate.people.fail();
    gate.clock.advance(PURGE_EVERY_MS);
    await gate.settle();
    expect([gate.line('purge').slice(0, 6), gate.names]).toEqual(['failed', ['visitor']]);
    gate.people.recover();
    gate.clock.advance(PURGE_RETRY_MS);
    await gate.settle();
    expect([gate.line('purge'), gate.names]).toEqual(['ok: removed 1 visitors', []]);
  });

  it('keeps who no longer comes while the journal cannot tell, and lets visitors go all the same', async () => {
    const gate = await RetentionFixture.start();
    await gate.enrol('away', 'staff', 2_000);
    await gate.days(364);
    await gate.enrol('visitor', 'visitor', 0);
    gate.journal.failToRead();
    await gate.days(5);
    expect([gate.names, gate.line('purge').slice(0, 6)]).toEqual([['away'], 'failed']);
    gate.journal.recover();
    await gate.days(1);
    expect(gate.names).toEqual([]);
  });

  it('keeps who no longer comes for as long as damage to the journal may hide that they came', async () => {
    const gate = await RetentionFixture.start();
    await gate.enrol('away', 'staff', 2_000);
    await gate.days(100);
    await gate.journal.append({ at: gate.clock.wall(), event: { kind: 'journal-damaged', says: 'a page' } });
    await gate.days(300);
    expect(gate.names).toEqual(['away']);
    await gate.days(100);
    expect(gate.names).toEqual([]);
  });
});

describe('a clock that jumped', () => {
  it('far ahead removes nothing, however long it stands, until somebody confirms it', async () => {
    const gate = await RetentionFixture.start();
    await gate.enrol('visitor', 'visitor', 10);
    await gate.days(1);
    gate.clock.setWall(gate.clock.wall() + 10 * YEAR);
    await gate.days(40);
    expect([gate.names, gate.kinds('purge-held').length]).toEqual([['visitor'], 1]);
    expect(gate.line('clock')).toContain('failed: 3651 days ahead');
    await gate.restart();
    await gate.days(2);
    expect(gate.names, 'a restart under the wrong clock changes nothing').toEqual(['visitor']);
    gate.purge.confirmClock();
    gate.clock.advance(0);
    await gate.settle();
    expect([gate.names, gate.line('clock')]).toEqual([[], 'ok: confirmed']);
    await gate.restart();
    expect((await gate.purge.run()).kind).toBe('done');
  });

  it('and was put right goes on as if nothing had been', async () => {
    const gate = await RetentionFixture.start();
    await gate.enrol('visitor', 'visitor', 10);
    await gate.days(1);
    gate.clock.setWall(gate.clock.wall() + 10 * YEAR);
    expect((await gate.purge.run()).kind).toBe('held');
    gate.clock.setWall(gate.clock.wall() - 10 * YEAR);
    expect((await gate.purge.run()).kind).toBe('done');
    expect([gate.names, gate.line('clock')]).toEqual([['visitor'], 'ok: believed again']);
  });

  it('because the gate was off over a holiday waits for a day', async () => {
    const gate = await RetentionFixture.start();
    await gate.enrol('visitor', 'visitor', 5);
    await gate.days(1);
    gate.clock.advance(days(14));
    await gate.restart();
    expect([(await gate.purge.run()).kind, gate.names]).toEqual(['held', ['visitor']]);
    await gate.days(1);
    expect(gate.names).toEqual([]);
  });

  it('in the middle of a purge ends it after the step', async () => {
    const gate = await RetentionFixture.start();
    for (let one = 0; one < 40; one++) await gate.enrol(`visitor ${one}`, 'visitor', 0);
    await gate.enrol('employee', 'staff', 100);
    const eraseAll = gate.people.eraseAll.bind(gate.people);
    gate.people.eraseAll = async (people, at, rules) => {
      gate.clock.setWall(gate.clock.wall() + YEAR);
      return await eraseAll(people, at, rules);
    };
    gate.clock.advance(days(1));
    expect(await gate.purge.run()).toMatchObject({ kind: 'held', removed: { visitors: 16 } });
    expect(gate.names).toHaveLength(25);
    expect(gate.kinds('purged'), 'nothing says that this clock was believed').toEqual([]);
  });
});
