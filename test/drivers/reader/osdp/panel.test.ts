import { describe, expect, it } from 'vitest';
import { encodeFrame } from '#drivers/reader/osdp/frames.ts';
import { COMMAND_MS_MAX, OFFLINE_MS, POLL_MS } from '#drivers/reader/osdp/reader.ts';
import { BITS, Wire } from './wire.ts';

const nothing = new Uint8Array(0);
const beep = { kind: 'buzzer', reader: 0, tone: 'default', on: 1, off: 1, times: 1 } as const;
const unlock = { kind: 'output', outputs: [{ output: 0, code: 'on-for-a-time', tenths: 50 }] } as const;

describe('a reader on an OSDP line', () => {
  it('is identified, asked what it can, and counts as there once it answers through the channel', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(500);
    expect(wire.links()).toEqual(['up']);
    expect(wire.known('in')).toMatchObject({ link: 'up', identity: { vendor: '00ffee' }, capabilities: { length: 9 } });
    const order = wire.told.map(({ event }) => event.kind);
    expect(order).toEqual(['identified', 'capable', 'channel-open', 'link']);
  });

  it('tells its inputs, tamper and power when its channel opens', () => {
    const wire = new Wire({ readers: [{ name: 'in' }], asksStatus: true });
    wire.reader('in').setLocal({ tampered: true, powerFailed: false });
    wire.advance(500);
    expect(wire.events('local')[0]).toEqual({ kind: 'local', tampered: true, powerFailed: false });
    expect(wire.events('inputs')[0]).toEqual({ kind: 'inputs', active: [false, false] });
  });

  it('has its cards, keys, inputs, tamper and power heard, each once and in order', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(300);
    const reader = wire.reader('in');
    reader.showCard(BITS);
    reader.pressKeys('12*34#');
    reader.setInput(1, true);
    reader.setLocal({ tampered: true, powerFailed: true });
    reader.happens(Uint8Array.from([0x51, 0, 1, 3, ...Buffer.from('321')]));
    reader.happens(Uint8Array.from([0x4b, 0, 2]));
    reader.happens(Uint8Array.from([0xb1, 1]));
    wire.advance(1_000);
    expect(wire.told.map(({ event }) => event).slice(4)).toEqual([
      { kind: 'card', reader: 0, wiegand: true, bits: BITS },
      { kind: 'keypad', reader: 0, keys: '12*34#' },
      { kind: 'inputs', active: [false, true] },
      { kind: 'local', tampered: true, powerFailed: true },
      { kind: 'card-text', reader: 0, text: '123' },
      { kind: 'readers', conditions: ['normal', 'tampered'] },
      { kind: 'not-understood', code: 0xb1 },
    ]);
  });

  it('is polled no more often than it needs', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(1_000);
    const from = wire.now;
    wire.sent.length = 0;
    wire.advance(5_000);
    const polls = wire.sent.filter((one) => one.from === 'panel' && one.at >= from).length;
    expect(polls).toBeGreaterThanOrEqual(95);
    expect(polls).toBeLessThanOrEqual(5_000 / POLL_MS + 1);
  });

  it('is told what to do, and that it did it is known; what it refuses or never answers as well', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(300);
    const heard: string[] = [];
    wire.reader('in').onCommand(({ kind }) => kind !== 'poll' && heard.push(kind));
    const [done, also] = [wire.command('in', beep), wire.command('in', unlock)];
    wire.advance(300);
    expect(heard).toEqual(['buzzer', 'output']);
    expect(wire.events('done').map(({ ticket }) => ticket)).toEqual([done, also]);
    wire.reader('in').misconduct = { mute: true };
    const late = wire.command('in', unlock);
    wire.advance(COMMAND_MS_MAX + 1_000);
    expect(wire.events('given-up').map(({ ticket }) => ticket)).toEqual([late]);
  });

  it('that comes back is not told what it should have done before', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(300);
    const heard: string[] = [];
    wire.change = () => nothing;
    const ticket = wire.command('in', unlock);
    wire.advance(3_000);
    expect(wire.events('given-up')).toEqual([{ kind: 'given-up', ticket, why: expect.any(String) as string }]);
    wire.reader('in').onCommand(({ kind }) => heard.push(kind));
    wire.change = (bytes) => bytes;
    wire.advance(10_000);
    expect(heard).toContain('poll');
    expect(heard).not.toContain('output');
    const gone = new Wire({ readers: [{ name: 'in', absent: true }] });
    gone.advance(1_000);
    gone.command('in', unlock);
    expect(gone.events('given-up')).toHaveLength(1);
  });

  it('is asked the same again, byte for byte, when its answer is lost, and what it told is heard once', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(300);
    wire.reader('in').showCard(BITS);
    let lose = 2;
    wire.change = (bytes, from) => (from === 'reader' && bytes.length > 20 && lose-- > 0 ? nothing : bytes);
    wire.sent.length = 0;
    wire.advance(2_000);
    expect(wire.events('card')).toHaveLength(1);
    expect(wire.events('channel-lost')).toEqual([]);
    const place = wire.sent.findIndex(({ bytes, from }) => from === 'reader' && bytes.length > 20);
    const [asked, told, again, toldAgain] = wire.sent.slice(place - 1).map(({ bytes }) => bytes);
    expect([again, toldAgain]).toEqual([asked, told]);
  });

  it('is asked the same again when the question was lost or spoilt', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(300);
    wire.reader('in').showCard(BITS);
    let spoil = 3;
    wire.change = (bytes, from) =>
      from === 'panel' && spoil-- > 0 ? bytes.map((byte, i) => (i === 9 ? byte ^ 4 : byte)) : bytes;
    wire.advance(2_000);
    expect(wire.events('card')).toHaveLength(1);
    expect(wire.events('channel-lost')).toEqual([]);
  });

  it('that is busy is asked the same again, in the channel and before it, and loses nothing by it', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.reader('in').misconduct = { busy: 3 };
    wire.advance(1_500);
    expect(wire.links()).toEqual(['up']);
    wire.reader('in').misconduct = { busy: 3 };
    wire.reader('in').showCard(BITS);
    const ticket = wire.command('in', beep);
    wire.advance(1_500);
    expect(wire.events('card')).toHaveLength(1);
    expect(wire.events('done')).toEqual([{ kind: 'done', ticket }]);
    expect(wire.events('channel-lost')).toEqual([]);
  });

  it('that is busy through the channel is given the command again, as a new one', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(300);
    wire.reader('in').misconduct = { busyInChannel: 3 };
    wire.reader('in').showCard(BITS);
    const ticket = wire.command('in', beep);
    wire.advance(1_500);
    expect([wire.events('done'), wire.events('card').length]).toEqual([[{ kind: 'done', ticket }], 1]);
    expect(wire.events('channel-lost')).toEqual([]);
  });

  it('that did not understand a frame is sent the same again, and the channel stands', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(300);
    wire.reader('in').showCard(BITS);
    let refusals = 2;
    const head = { address: 0, reply: true, sequence: 0, check: 'crc' } as const;
    wire.change = (bytes, from) =>
      from === 'reader' && refusals-- > 0 ? encodeFrame(head, Uint8Array.of(0x41, 1)) : bytes;
    wire.advance(500);
    expect([wire.events('card').length, wire.events('channel-lost')]).toEqual([1, []]);
  });

  it('that is busy for ever is offline, and a command for it is given up in time', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(300);
    wire.reader('in').misconduct = { busy: Infinity };
    wire.command('in', unlock);
    wire.advance(COMMAND_MS_MAX + 500);
    expect(wire.events('given-up')).toHaveLength(1);
    wire.advance(OFFLINE_MS);
    expect(wire.links()).toEqual(['up', 'down']);
  });

  it('is offline after eight seconds of silence, and there again soon after it is back', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(300);
    wire.reader('in').misconduct = { mute: true };
    wire.advance(OFFLINE_MS - 100);
    const from = wire.known('in').provenAt;
    expect(wire.links()).toEqual(['up']);
    wire.advance(200);
    expect(wire.links()).toEqual(['up', 'down']);
    expect(wire.told.find(({ event }) => event.kind === 'link' && event.link === 'down')!.at).toBe(from + OFFLINE_MS);
    wire.advance(60_000);
    wire.reader('in').misconduct = {};
    wire.advance(3_000);
    expect(wire.links()).toEqual(['up', 'down', 'up']);
  });

  it('that lost its power in between has its channel opened anew, within a second', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(300);
    wire.reader('in').powerCycle();
    wire.advance(1_000);
    expect(wire.events('channel-open')).toHaveLength(2);
    expect([wire.links(), wire.alarms()]).toEqual([['up'], []]);
    wire.reader('in').showCard(BITS);
    wire.advance(100);
    expect(wire.events('card')).toHaveLength(1);
  });

  it('that knows the sum alone is spoken to with the sum', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.reader('in').misconduct = { withoutCrc: true };
    wire.advance(5_000);
    expect(wire.links()).toEqual(['up']);
    expect(wire.known('in').check).toBe('checksum');
    wire.reader('in').showCard(BITS);
    wire.advance(200);
    expect(wire.events('card')).toHaveLength(1);
  });

  it('that says nothing outside the channel is asked inside it who it is', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.reader('in').misconduct = { secretive: true };
    wire.advance(1_000);
    expect(wire.links()).toEqual(['up']);
    expect(wire.known('in').identity?.vendor).toBe('00ffee');
    expect(wire.known('in').capabilities).toHaveLength(9);
  });
});
