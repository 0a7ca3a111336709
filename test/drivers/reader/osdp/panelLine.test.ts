import { describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import { monotonic } from '#core/kernel/units.ts';
import { encodeFrame } from '#drivers/reader/osdp/frames.ts';
import { OsdpPanel } from '#drivers/reader/osdp/panel.ts';
import { BITS, Wire } from './wire.ts';

const eight = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const nothing = new Uint8Array(0);
const beep = { kind: 'buzzer', reader: 0, tone: 'default', on: 1, off: 1, times: 1 } as const;
const unlock = { kind: 'output', outputs: [{ output: 0, code: 'on-for-a-time', tenths: 50 }] } as const;

/** The longest time between two questions to the same reader. */
function longestGap(wire: Wire, from: number): number {
  const last = new Map<number, number>();
  let longest = 0;
  for (const { at, frame, from: who } of wire.sent) {
    if (who !== 'panel' || at < from) continue;
    longest = Math.max(longest, at - (last.get(frame.address) ?? at));
    last.set(frame.address, at);
  }
  return longest;
}

describe('a line of OSDP readers', () => {
  it('asks each of eight at least every 400 ms at 9600 baud', () => {
    const wire = new Wire({ readers: eight.map((name) => ({ name })) });
    wire.advance(5_000);
    expect(eight.map((name) => wire.known(name).link)).toEqual(eight.map(() => 'up'));
    const from = wire.now;
    wire.advance(20_000);
    expect(longestGap(wire, from)).toBeLessThanOrEqual(400);
    for (const name of eight) wire.reader(name).showCard(BITS);
    wire.advance(600);
    expect(wire.events('card')).toHaveLength(8);
  });

  it('gives nobody up for one that is not there, and one that is not there costs the others little', () => {
    const wire = new Wire({ readers: eight.map((name, place) => ({ name, absent: place === 3 })) });
    wire.advance(10_000);
    const from = wire.now;
    wire.advance(30_000);
    expect(wire.links('d')).toEqual([]);
    expect(longestGap({ sent: wire.sent.filter(({ frame }) => frame.address !== 3) } as Wire, from)).toBeLessThan(700);
    expect(wire.events('link').filter(({ link }) => link === 'down')).toEqual([]);
  });

  it('lets one reader with much to say and to do keep none of the others waiting', () => {
    const wire = new Wire({ readers: eight.slice(0, 4).map((name) => ({ name })) });
    wire.advance(3_000);
    const from = wire.now;
    for (let i = 0; i < 40; i++) {
      wire.command('a', beep);
      wire.reader('a').pressKeys('12345678');
      wire.advance(100);
    }
    expect(longestGap(wire, from)).toBeLessThanOrEqual(400);
    expect(wire.events('done', 'a').length).toBeGreaterThan(15);
  });

  it('waits two characters after an answer, and talks to one reader at a time', () => {
    const wire = new Wire({ readers: eight.slice(0, 3).map((name) => ({ name })) });
    wire.advance(3_000);
    const order = wire.sent.map(({ from }) => from);
    for (const [place, from] of order.entries())
      if (place > 0 && from === 'reader') expect(order[place - 1]).toBe('panel');
    for (const [place, { from, at }] of wire.sent.entries()) {
      const before = wire.sent[place - 1];
      if (from !== 'panel' || before?.from !== 'reader') continue;
      const arrived = before.at + (before.bytes.length * 10_000) / 9_600 + 3;
      expect(at).toBeGreaterThanOrEqual(arrived + 2 * (10_000 / 9_600) - 0.01);
    }
  });

  it('that goes away is told at once for every reader, and goes on where it was when it is back soon', () => {
    const wire = new Wire({ readers: [{ name: 'in' }, { name: 'out' }] });
    wire.advance(1_000);
    wire.step({ kind: 'line', up: false, why: 'unplugged' });
    expect(wire.events('link').filter(({ link }) => link === 'down')).toHaveLength(2);
    expect(wire.known('in').link).toBe('down');
    wire.reader('in').showCard(BITS);
    wire.advance(2_000);
    wire.step({ kind: 'line', up: true, why: 'plugged in' });
    wire.advance(1_000);
    expect(wire.events('card')).toHaveLength(1);
    expect(wire.events('channel-open')).toHaveLength(2);
    expect(wire.links('in')).toEqual(['up', 'down', 'up']);
  });

  it('hears what a reader had said when the line went away', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(1_000);
    wire.reader('in').showCard(BITS);
    // The answer with the card is on its way when the plug is pulled.
    wire.change = (bytes, from) => {
      if (from === 'panel' || bytes.length < 20) return bytes;
      wire.change = (same) => same;
      wire.clock.at(monotonic(wire.now + 10), () => wire.step({ kind: 'line', up: false, why: 'unplugged' }));
      return nothing;
    };
    wire.advance(1_000);
    expect(wire.events('card')).toEqual([]);
    wire.step({ kind: 'line', up: true, why: 'plugged in' });
    wire.advance(500);
    expect(wire.events('card')).toHaveLength(1);
  });

  it('that is back late begins anew', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(1_000);
    wire.step({ kind: 'line', up: false, why: 'unplugged' });
    expect(wire.command('in', unlock)).toBe(wire.events('given-up').at(-1)?.ticket);
    wire.advance(60_000);
    wire.step({ kind: 'line', up: true, why: 'plugged in' });
    wire.advance(1_000);
    expect(wire.events('channel-open')).toHaveLength(2);
    expect(wire.links()).toEqual(['up', 'down', 'up']);
  });

  it('passes over its own echo, noise, and answers of readers that it does not have', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.change = (bytes, from) => {
      if (from === 'panel') wire.inject(bytes);
      return from === 'panel' ? bytes : Uint8Array.from([0x53, 0x80, 0x53, 0xff, ...bytes]);
    };
    wire.advance(1_000);
    wire.inject(encodeFrame({ address: 9, reply: true, sequence: 1, check: 'crc' }, Uint8Array.of(0x50, 0, 0, 0, 0)));
    wire.reader('in').showCard(BITS);
    wire.advance(1_000);
    expect([wire.links(), wire.alarms(), wire.events('card').length]).toEqual([['up'], [], 1]);
  });

  it('refuses two readers on one address, of one name, and addresses that no reader can have', () => {
    const make =
      (...readers: readonly { readonly id: string; readonly address: number }[]) =>
      () =>
        new OsdpPanel(
          {
            baudRate: 9_600,
            readers: readers.map(({ id, address }) => ({ id: id as ReaderId, address, keys: [] })),
            random: { hex: () => '' },
          },
          monotonic(0),
        );
    expect(make({ id: 'in', address: 0 }, { id: 'out', address: 0 })).toThrow('address 0, which in has');
    expect(make({ id: 'in', address: 0 }, { id: 'in', address: 1 })).toThrow('a second reader of this name');
    for (const address of [-1, 127, 1.5]) expect(make({ id: 'in', address })).toThrow(Fault);
  });
});
