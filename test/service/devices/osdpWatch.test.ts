import { beforeEach, expect, it } from 'vitest';
import type { JournalEvent } from '#core/journal/entry.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import type { OsdpEvent } from '#drivers/reader/osdp/osdpLine.ts';
import { OsdpWatch } from '#service/devices/osdpWatch.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';

const [entrance, button] = ['entrance', 'button'] as ReaderId[] as [ReaderId, ReaderId];
let events: Listeners<[reader: ReaderId, event: OsdpEvent]>;
let health: HealthBoard;
let recorded: JournalEvent[];
let watch: OsdpWatch;

beforeEach(() => {
  events = new Listeners();
  health = new HealthBoard();
  recorded = [];
  watch = new OsdpWatch({
    line: { onEvent: (listener) => events.add(listener) },
    health,
    record: (event) => recorded.push(event),
    isRead: (reader) => reader === entrance,
  });
});

const says = (event: OsdpEvent, reader = entrance): void => events.tell(reader, event);
const line = (part: string) => health.lines.find((one) => one.part === part);

it('a reader that speaks outside its channel is a tamper until the last of its alarms is over', () => {
  says({ kind: 'alarm', alarm: 'in-the-clear', says: 'it spoke in the clear' });
  says({ kind: 'alarm', alarm: 'forged', says: 'a forged frame' });
  says({ kind: 'alarm-over', alarm: 'in-the-clear' });
  const part = 'channel of reader entrance';
  expect(recorded).toEqual([{ kind: 'tamper', part }]);
  expect(line(part)).toMatchObject({ level: 'failed', says: 'a forged frame' });
  says({ kind: 'channel-open', uid: '00' });
  says({ kind: 'alarm-over', alarm: 'forged' });
  expect(recorded).toEqual([
    { kind: 'tamper', part },
    { kind: 'tamper-ended', part },
  ]);
  expect(line(part)).toMatchObject({ level: 'ok' });
});

it('a reader that was never installed is no tamper, and the health page says what to do', () => {
  says({ kind: 'alarm', alarm: 'no-key', says: 'install it' });
  says({ kind: 'alarm-over', alarm: 'no-key' });
  expect(recorded).toEqual([]);
  expect(line('channel of reader entrance')).toMatchObject({ level: 'failed', says: 'install it' });
});

it('a cover that is taken off is recorded once, and once that it is on again', () => {
  for (const tampered of [false, true, true, false]) says({ kind: 'local', tampered, powerFailed: false });
  expect(recorded.map(({ kind }) => kind)).toEqual(['tamper', 'tamper-ended']);
  expect(line('cover of reader entrance')).toMatchObject({ level: 'ok' });
});

it('power that failed and a head that is gone are told', () => {
  says({ kind: 'local', tampered: false, powerFailed: true });
  says({ kind: 'readers', conditions: ['normal', 'not-connected'] });
  expect([line('power of reader entrance')?.level, line('head of reader entrance')?.says]).toEqual([
    'failed',
    'not-connected',
  ]);
  says({ kind: 'readers', conditions: ['tampered'] });
  says({ kind: 'readers', conditions: ['normal'] });
  expect(recorded).toEqual([
    { kind: 'tamper', part: 'head of reader entrance' },
    { kind: 'tamper-ended', part: 'head of reader entrance' },
  ]);
});

it('how an installation ended stands on the health page', () => {
  says({ kind: 'installation-failed', why: 'nobody answered' });
  expect(line('key of reader entrance')).toMatchObject({
    level: 'failed',
    says: 'installation failed: nobody answered',
  });
  says({ kind: 'installed' });
  expect(line('key of reader entrance')).toMatchObject({ level: 'ok' });
  says({ kind: 'keys-not-kept', why: 'the disk is full' });
  expect(line('key of reader entrance')).toMatchObject({ level: 'failed' });
});

it('the link of a reader that reads no cards is told here, that of another by its access point', () => {
  for (const reader of [entrance, button]) says({ kind: 'link', link: 'down', why: 'silence' }, reader);
  expect(health.lines).toEqual([{ part: 'link of reader button', level: 'failed', says: 'silence' }]);
});

it('cards and keys are nothing that the health page or this journal hears of', () => {
  says({ kind: 'keypad', reader: 0, keys: '4711#' });
  says({ kind: 'card', reader: 0, wiegand: true, bits: { bytes: Uint8Array.of(1), count: 8 } });
  expect([health.lines, recorded]).toEqual([[], []]);
});

it('a line that was closed tells nothing any more', () => {
  watch[Symbol.dispose]();
  says({ kind: 'alarm', alarm: 'forged', says: 'a forged frame' });
  expect(recorded).toEqual([]);
});
