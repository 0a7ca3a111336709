import { expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import { CHANGEABLE_KEYS, type ChangeableKey, type KeyChange, type KeyRoom } from '#core/ports/keyRoom.ts';
import { days } from '#core/privacy/retention.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { KEY_FIRST_LOOK_MS, KEY_LOOK_MS, KEY_RETRY_MS, KeyCalendar } from '#terminal/keyCalendar.ts';
import { FakeClock } from '../fakes/fakeClock.ts';

class FakeKeyRoom implements KeyRoom {
  readonly changed: ChangeableKey[] = [];
  readonly #clock: FakeClock;
  readonly #at = new Map<ChangeableKey, WallTime>();
  refuses: ChangeableKey | undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
    for (const key of CHANGEABLE_KEYS) this.#at.set(key, clock.wall());
  }

  make(key: ChangeableKey, at: number): void {
    this.#at.set(key, wallTime(at));
  }

  changes(): Promise<readonly KeyChange[]> {
    return Promise.resolve([...this.#at].map(([key, at]) => ({ key, at, changes: 0 })));
  }

  async change(key: ChangeableKey): Promise<void> {
    if (key === this.refuses) throw new Fault('storage', { thing: key, found: 'no room', expected: 'room' });
    this.changed.push(key);
    this.#at.set(key, this.#clock.wall());
  }
}

function calendar(): { clock: FakeClock; keys: FakeKeyRoom; health: HealthBoard; stop: () => Promise<void> } {
  const clock = new FakeClock();
  const [keys, health] = [new FakeKeyRoom(clock), new HealthBoard()];
  const started = new KeyCalendar({ keys, health, clock, changeAfterMs: days(365) });
  started.start();
  return { clock, keys, health, stop: () => started.stop() };
}

/** Moves the clock and lets what it set going come to its end. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  clock.advance(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

it('keys that have become too old are changed, and the younger ones stay', async () => {
  const { clock, keys, health } = calendar();
  keys.make('journal.db', clock.wall() - days(366));
  keys.make('people', 0);
  await pass(clock, KEY_FIRST_LOOK_MS - 1);
  expect(keys.changed).toEqual([]);
  await pass(clock, 1);
  expect(keys.changed).toEqual(['journal.db']);
  expect(health.lines).toEqual([
    { part: 'key age', level: 'ok', says: expect.stringContaining('changed after 365 days; the next on 2027-01-05') },
  ]);
});

it('a year later all of them have been changed once, but those that need somebody', async () => {
  const { clock, keys } = calendar();
  for (let day = 0; day < 366; day++) await pass(clock, KEY_LOOK_MS);
  expect(keys.changed.toSorted()).toEqual([
    'biometrics.db',
    'epoch',
    'identities.db',
    'journal.db',
    'keyring.db',
    'signing',
  ]);
});

it('a key that cannot be changed is told of, and tried again within the hour', async () => {
  const { clock, keys, health } = calendar();
  keys.make('signing', 0);
  keys.refuses = 'signing';
  await pass(clock, KEY_FIRST_LOOK_MS);
  expect(health.lines).toMatchObject([{ level: 'failed', says: expect.stringContaining('no room') }]);
  keys.refuses = undefined;
  await pass(clock, KEY_RETRY_MS);
  expect(keys.changed).toEqual(['signing']);
  expect(health.lines).toMatchObject([{ level: 'ok' }]);
});

it('nothing is changed any more once the gate stops', async () => {
  const { clock, keys, stop } = calendar();
  keys.make('signing', 0);
  await stop();
  await pass(clock, days(30));
  expect(keys.changed).toEqual([]);
});
