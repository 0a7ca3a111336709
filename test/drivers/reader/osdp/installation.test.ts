import { describe, expect, it } from 'vitest';
import { COMMAND } from '#drivers/reader/osdp/commands.ts';
import { CABLE_WARNING, INSTALLATION_MS } from '#drivers/reader/osdp/install.ts';
import { BITS, KEY, Wire } from './wire.ts';

const NEW_KEY = Uint8Array.from({ length: 16 }, (_, i) => 0x50 + i);
const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex');
const fresh = { name: 'in', key: undefined as never, known: [] };
const why = (wire: Wire): string =>
  wire
    .events('installation-failed')
    .map((event) => event.why)
    .join();

describe('an installation', () => {
  it('gives a reader fresh from its maker a key of its own, which lies in the vault before the reader has it', () => {
    const wire = new Wire({ readers: [fresh] });
    wire.advance(2_000);
    const before: (string | undefined)[] = [];
    wire.reader('in').onCommand(({ kind }) => kind === 'set-key' && before.push(...(wire.kept.at(-1) ?? [])));
    wire.install('in', { newKey: NEW_KEY });
    wire.advance(2_000);
    expect(wire.events('installed')).toHaveLength(1);
    expect(hex(wire.reader('in').key)).toBe(hex(NEW_KEY));
    expect(before).toEqual([hex(NEW_KEY)]);
    expect(wire.kept).toEqual([[hex(NEW_KEY)], [hex(NEW_KEY)]]);
    expect(wire.links()).toEqual(['up']);
    wire.reader('in').showCard(BITS);
    wire.advance(200);
    expect(wire.events('card')).toHaveLength(1);
  });

  it('sends the key through the channel alone', () => {
    const wire = new Wire({ readers: [fresh] });
    wire.install('in', { newKey: NEW_KEY });
    wire.advance(3_000);
    expect(wire.events('installed')).toHaveLength(1);
    expect(wire.sent.some(({ bytes }) => hex(bytes)!.includes(hex(NEW_KEY)!))).toBe(false);
    const sets = wire.sent.filter(({ frame, from }) => from === 'panel' && frame.payload[0] === COMMAND['set-key']);
    expect(sets.map(({ frame }) => frame.security?.type)).toEqual([0x17]);
  });

  it('changes the key of a reader that has one, and keeps both until the new one is proved', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(1_000);
    wire.install('in', { newKey: NEW_KEY });
    wire.advance(2_000);
    expect(wire.kept).toEqual([[hex(NEW_KEY), hex(KEY)], [hex(NEW_KEY)]]);
    expect(wire.links()).toEqual(['up', 'down', 'up']);
  });

  it('can be told the key that the reader has from elsewhere', () => {
    const elsewhere = new Uint8Array(16).fill(0x77);
    const wire = new Wire({ readers: [{ name: 'in', key: elsewhere, known: [] }] });
    wire.install('in', { newKey: NEW_KEY });
    wire.advance(3_000);
    expect(why(wire)).toBe('no key that is known opens the reader');
    expect(wire.kept).toEqual([]);
    wire.install('in', { newKey: NEW_KEY, present: elsewhere });
    wire.advance(3_000);
    expect(wire.events('installed')).toHaveLength(1);
    expect(hex(wire.reader('in').key)).toBe(hex(NEW_KEY));
  });

  it('concerns one reader; the others go on', () => {
    const wire = new Wire({ readers: [fresh, { name: 'out', address: 7 }] });
    wire.advance(2_000);
    wire.install('in');
    wire.reader('out').showCard(BITS);
    wire.advance(1_000);
    expect([wire.events('card', 'out').length, wire.links('out'), wire.events('installed', 'in').length]).toEqual([
      1,
      ['up'],
      1,
    ]);
  });

  it('hears no card while it lasts', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(1_000);
    wire.vaultIsBroken = true;
    wire.reader('in').showCard(BITS);
    wire.install('in');
    wire.advance(20);
    expect([wire.known('in').link, wire.events('card')]).toEqual(['down', []]);
  });

  it('ends by itself when nobody answers, and the reader is spoken to as before', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(1_000);
    wire.reader('in').misconduct = { mute: true };
    wire.install('in');
    wire.advance(INSTALLATION_MS - 1);
    expect(why(wire)).toBe('');
    wire.advance(1);
    expect(why(wire)).toBe('its time is over');
    wire.reader('in').misconduct = {};
    wire.advance(5_000);
    expect([wire.kept, wire.known('in').link]).toEqual([[], 'up']);
  });

  it('lasts no longer than the longest time, whatever is asked for', () => {
    const wire = new Wire({ readers: [{ ...fresh, absent: true }] });
    wire.install('in', { forMs: 10 ** 9 });
    wire.advance(600_000);
    expect(why(wire)).toBe('its time is over');
  });

  it('is given up before the reader has the key where the vault cannot keep it', () => {
    const wire = new Wire({ readers: [fresh] });
    const commands: string[] = [];
    wire.reader('in').onCommand(({ kind }) => commands.push(kind));
    wire.vaultIsBroken = true;
    wire.install('in');
    wire.advance(2_000);
    expect(why(wire)).toBe('the new key could not be kept');
    expect(commands).not.toContain('set-key');
  });

  it('believes no acknowledgement: the reader has to prove the key, or both keys stay', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.advance(1_000);
    wire.reader('in').misconduct = { keepsOldKey: true };
    wire.install('in', { newKey: NEW_KEY });
    wire.advance(5_000);
    expect(why(wire)).toContain('does not prove it');
    expect(wire.events('installed')).toEqual([]);
    // The vault has both, and service goes on with the one that the reader has.
    wire.advance(5_000);
    expect(wire.kept).toEqual([[hex(NEW_KEY), hex(KEY)], [hex(KEY)]]);
    expect(wire.known('in').link).toBe('up');
  });

  it('goes on with a reader that uses the new key from the acknowledgement on', () => {
    const wire = new Wire({ readers: [fresh] });
    wire.reader('in').misconduct = { acknowledgesKeyInTheClear: true };
    wire.install('in', { newKey: NEW_KEY });
    wire.advance(3_000);
    expect([wire.events('installed').length, wire.alarms()]).toEqual([1, []]);
  });

  it('loses no key when the reader falls silent at the worst moment', () => {
    const wire = new Wire({ readers: [fresh] });
    wire.reader('in').onCommand(({ kind }) => {
      if (kind === 'set-key') wire.reader('in').misconduct = { mute: true };
    });
    wire.install('in', { newKey: NEW_KEY, forMs: 20_000 });
    wire.advance(10_000);
    wire.reader('in').misconduct = {};
    wire.advance(10_000);
    expect(hex(wire.reader('in').key)).toBe(hex(NEW_KEY));
    expect([wire.events('installed').length, wire.known('in').link]).toEqual([1, 'up']);
  });

  it('can be called off, is not begun twice, and never sets the default key', () => {
    const wire = new Wire({ readers: [{ ...fresh, absent: true }] });
    wire.install('in');
    wire.install('in');
    expect(why(wire)).toBe('it is being installed already');
    wire.step({ kind: 'stop-installation', reader: 'in' as never, why: 'called off' });
    expect(wire.events('installation-failed').at(-1)?.why).toBe('called off');
    wire.install('in', { newKey: Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i) });
    expect(wire.events('installation-failed').at(-1)?.why).toContain('default');
  });

  it('comes with a warning about the cable', () => {
    expect(CABLE_WARNING).toMatch(/default key, which everybody knows.*listens on this cable/);
  });
});
