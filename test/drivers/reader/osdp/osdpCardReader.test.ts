import { beforeEach, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import type { AccessPointId, ReaderId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { ALARM_TONE_MS } from '#core/ports/hardware.ts';
import type { BuzzerCommand } from '#drivers/reader/osdp/commands.ts';
import { OsdpCardReader } from '#drivers/reader/osdp/osdpCardReader.ts';
import type { OsdpEvent, ReaderCommand } from '#drivers/reader/osdp/osdpLine.ts';

const id = 'entrance' as ReaderId;
let told: ReaderCommand[];
let refuses: boolean;
let events: Listeners<[reader: ReaderId, event: OsdpEvent]>;
let reader: OsdpCardReader;

beforeEach(() => {
  [told, refuses, events] = [[], false, new Listeners()];
  const line = {
    state: () => ({ link: 'down', identity: undefined, capabilities: undefined, alarms: new Set<string>() }) as const,
    onEvent: (listener: (from: ReaderId, event: OsdpEvent) => void) => events.add(listener),
    tell: (_: ReaderId, command: ReaderCommand) => {
      told.push(command);
      return refuses
        ? Promise.reject(new Fault('reader', { thing: id, found: 'a refusal', expected: 'a light' }))
        : Promise.resolve();
    },
  };
  reader = new OsdpCardReader({ line, reader: id, accessPoint: 'door' as AccessPointId, formats: [] });
  events.tell(id, { kind: 'link', link: 'up', why: 'its channel is open' });
});

it('a grant is green with one short tone, a refusal red with three, each for a while that the reader ends itself', () => {
  reader.signal('granted');
  reader.signal('denied');
  expect(told).toMatchObject([
    { kind: 'led', temporary: { onColour: 'green', tenths: 30 } },
    { kind: 'buzzer', tone: 'default', times: 1 },
    { kind: 'led', temporary: { onColour: 'red', tenths: 30 } },
    { kind: 'buzzer', tone: 'default', times: 3 },
  ]);
});

it('a card that could not be read is to be tried again: amber, with two tones', () => {
  reader.signal('try-again');
  expect(told).toMatchObject([
    { kind: 'led', temporary: { onColour: 'amber', tenths: 30 } },
    { kind: 'buzzer', times: 2 },
  ]);
});

it('an alarm is one bout of tones that the reader ends itself', () => {
  reader.soundAlarm();
  expect(told).toMatchObject([{ kind: 'buzzer', tone: 'default', on: 5, off: 5, times: 2 }]);
  const [{ on, off, times }] = told as [BuzzerCommand];
  expect((on + off) * times * 100).toBe(ALARM_TONE_MS);
});

it('a reader without light or buzzer, and one that is not there, harm nobody', async () => {
  refuses = true;
  reader.signal('granted');
  await Promise.resolve();
  events.tell(id, { kind: 'link', link: 'down', why: 'silence' });
  reader.signal('denied');
  reader.soundAlarm();
  expect(told).toHaveLength(2);
});
