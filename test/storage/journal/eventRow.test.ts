import { expect, it } from 'vitest';
import type { JournalEvent } from '#core/journal/entry.ts';
import type { AccessPointId, DoorId, JournalId } from '#core/kernel/ids.ts';
import { EventRow } from '#storage/journal/eventRow.ts';

const accessPoint = 'front' as AccessPointId;
const door = 'front door' as DoorId;
const id = (value: number): JournalId => value as JournalId;

it.each<JournalEvent>([
  { kind: 'access-granted', accessPoint, factors: ['pass', 'face'] },
  { kind: 'access-denied', accessPoint, reason: 'second-person-needed' },
  { kind: 'duress', accessPoint },
  { kind: 'passed-back', accessPoint, rule: 'timed' },
  { kind: 'passback-reset', whose: 'excused' },
  { kind: 'access-accompanied', accessPoint },
  { kind: 'first-person-came', accessPoint },
  { kind: 'interlock-broken', door },
  { kind: 'mode-set', door, mode: 'locked-down', by: 'schedule' },
  { kind: 'turnstile', event: 'passage-wrong-direction', door, direction: 'exit' },
  { kind: 'turnstile', event: 'arm-dropped', door },
  { kind: 'tamper', part: 'reader at front' },
  { kind: 'tamper-ended', part: 'reader at front' },
  { kind: 'door-found-open', door },
  { kind: 'card-misread', accessPoint, reason: 'parity', times: 7 },
  { kind: 'input-changed', door, input: 'Cellar hatch', state: 'short' },
  { kind: 'alarm-acknowledged', alarm: 'forced-open', place: 'front door' },
  { kind: 'configuration-changed', sha256: '0'.repeat(64) },
  { kind: 'configuration-refused', says: 'line 4: a door without a lock' },
  { kind: 'journal-exported', first: id(1), last: id(2) },
])('the journal reads back what it says of $kind, and nothing more', (event) => {
  expect(EventRow.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
  expect(EventRow.safeParse({ ...event, name: 'somebody' }).success).toBe(false);
});
