import { beforeEach, expect, it } from 'vitest';
import type { DoorId, ReaderId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { millis } from '#core/kernel/units.ts';
import type { DoorInput, DoorInputs } from '#core/ports/hardware.ts';
import { OsdpInputs, type ReaderWire } from '#drivers/reader/osdp/osdpInputs.ts';
import type { OsdpEvent } from '#drivers/reader/osdp/osdpLine.ts';
import { FakeClock } from '../../../fakes/fakeClock.ts';

const [reader, neighbour] = ['entrance', 'exit'] as ReaderId[] as [ReaderId, ReaderId];
const front = 'front' as DoorId;
const WIRES: readonly (readonly [DoorInput, ReaderWire])[] = [
  ['contact', { number: 1, normally: 'closed', debounceMs: millis(100) }],
  ['rex', { number: 2, normally: 'open', debounceMs: millis(0) }],
];

let clock: FakeClock;
let events: Listeners<[reader: ReaderId, event: OsdpEvent]>;
let board: OsdpInputs;
let inputs: DoorInputs;
let told: string[];

beforeEach(() => {
  clock = new FakeClock();
  events = new Listeners();
  board = new OsdpInputs({ reader, clock, doors: new Map([[front, new Map(WIRES)]]) });
  inputs = board.inputs(front);
  told = [];
  inputs.onChange((input, active) => told.push(`${input} ${active ? 'on' : 'off'}`));
  inputs.onLink((link) => told.push(link));
});

const connect = (): Disposable => board.connect({ onEvent: (listener) => events.add(listener) });
const says = (...active: boolean[]): void => events.tell(reader, { kind: 'inputs', active });

it('nothing is known of the inputs of a reader before it has told them', () => {
  connect();
  expect([inputs.link, inputs.state('contact'), inputs.read('contact')]).toEqual(['down', 'unknown', false]);
  events.tell(reader, { kind: 'link', link: 'up', why: 'its channel is open' });
  expect(inputs.link).toBe('down');
  says(true, false);
  expect([inputs.link, inputs.state('contact'), inputs.state('rex')]).toEqual(['up', 'normal', 'normal']);
});

it('an exit button counts at once, a door contact when it has stood open for long enough', () => {
  connect();
  says(true, false);
  says(false, true);
  expect(told).toEqual(['up', 'rex on']);
  clock.advance(99);
  expect(inputs.read('contact')).toBe(false);
  clock.advance(1);
  expect(told).toEqual(['up', 'rex on', 'contact on']);
});

it('a contact that bounces is no opened door', () => {
  connect();
  says(true, false);
  says(false, false);
  clock.advance(50);
  says(true, false);
  clock.advance(1_000);
  expect(told).toEqual(['up']);
});

it('another reader on the line says nothing of them', () => {
  connect();
  events.tell(neighbour, { kind: 'inputs', active: [false, true] });
  expect([told, inputs.link]).toEqual([[], 'down']);
});

it('they are unknown while the reader is not there, and stay as they were last known', () => {
  connect();
  says(false, false);
  events.tell(reader, { kind: 'link', link: 'down', why: 'silence' });
  expect([inputs.link, inputs.state('contact'), inputs.read('contact')]).toEqual(['down', 'unknown', true]);
  clock.advance(1_000);
  expect(inputs.state('contact')).toBe('unknown');
  says(false, false);
  clock.advance(100);
  expect(told).toEqual(['contact on', 'up', 'down', 'up']);
});

it('a reader with fewer inputs than are wired leaves those unknown', () => {
  connect();
  says(true);
  expect([inputs.state('contact'), inputs.state('rex')]).toEqual(['normal', 'unknown']);
});

it('a line that is closed tells nothing any more', () => {
  const connected = connect();
  says(true, false);
  connected[Symbol.dispose]();
  says(true, true);
  expect([inputs.link, inputs.read('rex')]).toEqual(['down', false]);
});
