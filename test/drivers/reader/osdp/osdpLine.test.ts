import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeCard, H10301 } from '#core/access/cardFormat.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { AccessPointId, ReaderId } from '#core/kernel/ids.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { discoverReaders } from '#drivers/reader/osdp/discover.ts';
import { EmulatedReader } from '#drivers/reader/osdp/emulatedReader.ts';
import { OsdpCardReader } from '#drivers/reader/osdp/osdpCardReader.ts';
import { OsdpEmulator } from '#drivers/reader/osdp/osdpEmulator.ts';
import { OsdpLine, type OsdpEvent } from '#drivers/reader/osdp/osdpLine.ts';
import type { Manner } from '#drivers/serial/emulatedLine.ts';
import { FakeClock } from '../../../fakes/fakeClock.ts';
import { FakeReaderKeys } from '../../../fakes/fakeReaderKeys.ts';
import { BITS, KEY } from './wire.ts';

const [entrance, exit] = ['entrance', 'exit'] as ReaderId[] as [ReaderId, ReaderId];
const beep = { kind: 'buzzer', reader: 0, tone: 'default', on: 1, off: 1, times: 1 } as const;
const BAUD_RATE = 9_600;

/** Two readers on a line without hardware, and the gate's end of it. Only bytes on their way are waited for. */
class Rig implements AsyncDisposable {
  readonly told: { readonly reader: ReaderId; readonly event: OsdpEvent }[] = [];
  readonly emulator: OsdpEmulator;
  readonly keys: FakeReaderKeys;
  line!: OsdpLine;
  readonly #waiting = new Set<() => void>();

  private constructor(emulator: OsdpEmulator, keys: FakeReaderKeys) {
    this.emulator = emulator;
    this.keys = keys;
  }

  static async open(folder: string, keys: FakeReaderKeys, readers: readonly EmulatedReader[]): Promise<Rig> {
    const clock = new SystemClock();
    const emulator = await OsdpEmulator.open({ folder, clock, readers, baudRate: BAUD_RATE });
    const rig = new Rig(emulator, keys);
    await rig.openLine();
    return rig;
  }

  async openLine(): Promise<void> {
    const { keys, emulator } = this;
    const readers = emulator.readers.map(({ address }, place) => ({ id: [entrance, exit][place]!, address }));
    const parts = { keys, clock: new SystemClock(), random: new SystemRandom() };
    this.line = await OsdpLine.open({ path: emulator.path, baudRate: BAUD_RATE, readers, ...parts });
    this.line.onEvent((reader, event) => {
      this.told.push({ reader, event });
      for (const look of this.#waiting) look();
    });
  }

  /** Resolves once that many events of the kind were told about the reader. */
  until(reader: ReaderId, kind: OsdpEvent['kind'], count = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.events(reader, kind).length < count) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  events(reader: ReaderId, kind: OsdpEvent['kind']): OsdpEvent[] {
    return this.told.filter((one) => one.reader === reader && one.event.kind === kind).map(({ event }) => event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.line.close();
    await this.emulator.close();
  }
}

describe('OSDP readers over a serial line', () => {
  let folder: string;
  let rig: Rig | undefined;
  const open = async (keys: FakeReaderKeys, ...readers: EmulatedReader[]): Promise<Rig> =>
    (rig = await Rig.open(folder, keys, readers));
  const known = (): FakeReaderKeys => new FakeReaderKeys({ entrance: KEY, exit: KEY });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lintel-osdp-'));
  });
  afterEach(async () => {
    await rig?.[Symbol.asyncDispose]();
    rig = undefined;
    await rm(folder, { recursive: true });
  });

  it('are heard, and told what to do', async () => {
    const [inside, outside] = [
      new EmulatedReader({ address: 0, key: KEY }),
      new EmulatedReader({ address: 9, key: KEY }),
    ];
    const { line, told } = await open(known(), inside, outside);
    await Promise.all([rig!.until(entrance, 'link'), rig!.until(exit, 'link')]);
    const heard: string[] = [];
    outside.onCommand(({ kind }) => heard.push(kind));
    await line.tell(exit, beep);
    expect(heard).toContain('buzzer');
    inside.showCard(BITS);
    outside.pressKeys('1234#');
    await Promise.all([rig!.until(entrance, 'card'), rig!.until(exit, 'keypad')]);
    expect(rig!.events(entrance, 'card')).toEqual([{ kind: 'card', reader: 0, wiegand: true, bits: BITS }]);
    expect(rig!.events(exit, 'keypad')).toEqual([{ kind: 'keypad', reader: 0, keys: '1234#' }]);
    expect(told.some(({ event }) => event.kind === 'alarm')).toBe(false);
    expect(line.state(entrance)).toMatchObject({ link: 'up', identity: { vendor: '00ffee' } });
  });

  it.each<Manner>([
    { kind: 'in-pieces' },
    { kind: 'echoing' },
    { kind: 'noisy', noise: Uint8Array.of(0xff, 0x53, 0x80, 0x40, 0x00, 0x53, 0xff) },
  ])('are heard on a line that is $kind', async (manner) => {
    const reader = new EmulatedReader({ address: 0, key: KEY });
    await open(known(), reader);
    rig!.emulator.line.manner = manner;
    await rig!.until(entrance, 'link');
    reader.showCard(BITS);
    await rig!.until(entrance, 'card');
    expect(rig!.events(entrance, 'alarm')).toEqual([]);
  });

  it('are told to be down when the plug is pulled, and what they had to say is heard once it is back', async () => {
    const reader = new EmulatedReader({ address: 0, key: KEY });
    await open(known(), reader);
    for (let round = 1; round <= 3; round++) {
      await rig!.until(entrance, 'link', 2 * round - 1);
      await rig!.emulator.line.cut();
      await rig!.until(entrance, 'link', 2 * round);
      await expect(rig!.line.tell(entrance, beep)).rejects.toMatchObject({ code: 'reader', thing: 'reader entrance' });
      reader.showCard(BITS);
      await rig!.emulator.line.mend();
      await rig!.until(entrance, 'card', round);
    }
    const links = rig!.events(entrance, 'link').map((event) => (event.kind === 'link' ? event.link : ''));
    expect(links.slice(0, 6)).toEqual(['up', 'down', 'up', 'down', 'up', 'down']);
    expect(rig!.events(entrance, 'card')).toHaveLength(3);
    expect(rig!.events(entrance, 'alarm')).toEqual([]);
  });

  it('get a random key from an installer, which the next start knows', async () => {
    const reader = new EmulatedReader({ address: 0 });
    const keys = new FakeReaderKeys();
    await open(keys, reader);
    await rig!.until(entrance, 'alarm');
    await rig!.line.install(entrance);
    const key = Buffer.from(reader.key!).toString('hex');
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(keys.puts.at(-1)).toEqual([key]);
    await rig!.until(entrance, 'link');
    await rig!.line.close();
    await rig!.openLine();
    await rig!.until(entrance, 'link', 3);
    reader.showCard(BITS);
    await rig!.until(entrance, 'card');
  });

  it('are refused with the default key, and an installation that cannot succeed says why', async () => {
    const other = new EmulatedReader({ address: 0, key: new Uint8Array(16).fill(5) });
    const asDelivered = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i);
    await open(new FakeReaderKeys({ entrance: asDelivered }), other);
    await rig!.until(entrance, 'alarm');
    expect(rig!.events(entrance, 'alarm')).toMatchObject([{ alarm: 'default-key' }]);
    const first = rig!.line.install(entrance);
    await expect(rig!.line.install(entrance)).rejects.toMatchObject({ found: 'an installation under way' });
    await expect(first).rejects.toMatchObject({ code: 'reader', found: 'no key that is known opens the reader' });
    await expect(rig!.line.install(entrance, { present: new Uint8Array(3) })).rejects.toMatchObject({ code: 'key' });
    const later = rig!.line.install(entrance);
    rig!.line.stopInstallation(entrance);
    await expect(later).rejects.toMatchObject({ found: 'the installer called it off' });
  });

  it('that refuse a command say so, and what is under way when the line is closed is refused', async () => {
    const reader = new EmulatedReader({ address: 0, key: KEY });
    await open(known(), reader);
    await rig!.until(entrance, 'link');
    reader.misconduct = { refuses: 'buzzer' };
    await expect(rig!.line.tell(entrance, beep)).rejects.toMatchObject({ found: 'a refusal: unknown-command' });
    reader.misconduct = { mute: true };
    const told = rig!.line.tell(entrance, beep);
    const installed = rig!.line.install(entrance);
    const whyNot = (about: Promise<void>): Promise<unknown> => about.catch((thrown: unknown) => thrown);
    const outcomes = Promise.all([whyNot(told), whyNot(installed)]);
    await rig!.line.close();
    const [notTold, notInstalled] = await outcomes;
    expect(notTold).toBeInstanceOf(Fault);
    expect(notInstalled).toMatchObject({ found: 'the line was closed' });
    await expect(rig!.line.tell(entrance, beep)).rejects.toMatchObject({ found: 'a line that was closed' });
  });
});

describe('the search for readers on a line', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lintel-osdp-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('finds who answers, and who offers the secure channel', async () => {
    const readers = [1, 4, 6].map((address) => new EmulatedReader({ address }));
    readers[1]!.misconduct = { withoutChannel: true };
    readers[2]!.misconduct = { secretive: true };
    const clock = new SystemClock();
    const emulator = await OsdpEmulator.open({ folder, clock, readers, baudRate: BAUD_RATE });
    const addresses = [0, 1, 2, 4, 6];
    const found = await discoverReaders({ path: emulator.path, baudRate: BAUD_RATE, clock, addresses });
    expect(found.map(({ address, identity, offersChannel }) => [address, identity?.vendor, offersChannel])).toEqual([
      [1, '00ffee', true],
      [4, '00ffee', false],
      [6, undefined, true],
    ]);
    await emulator.close();
  });

  it('says why it cannot look', async () => {
    const options = { path: join(folder, 'missing'), baudRate: BAUD_RATE, clock: new FakeClock() };
    await expect(discoverReaders(options)).rejects.toMatchObject({ code: 'reader', found: 'nothing there' });
  });
});

describe('an OSDP reader at an access point', () => {
  it('gives cards of its formats, tells what is none of them, and its keys and link', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lintel-osdp-'));
    const emulated = new EmulatedReader({ address: 0, key: KEY });
    await using rig = await Rig.open(folder, new FakeReaderKeys({ entrance: KEY }), [emulated]);
    const reader = new OsdpCardReader({
      line: rig.line,
      reader: entrance,
      accessPoint: 'door' as AccessPointId,
      formats: [H10301],
    });
    const told: string[] = [];
    reader.onLink((link) => told.push(link));
    reader.onCard(({ number }) => told.push(number));
    reader.onMisread((why) => told.push(why));
    reader.onKeys((keys) => told.push(keys));
    await rig.until(entrance, 'link');
    const bits = encodeCard(H10301, { facility: 0x54n, number: 0x8b17n });
    const bytes = Uint8Array.from({ length: 4 }, (_, i) =>
      Number.parseInt(bits.padEnd(32, '0').slice(i * 8, i * 8 + 8), 2),
    );
    emulated.showCard({ bytes, count: 26 });
    emulated.showCard({ bytes, count: 27 });
    emulated.happens(Uint8Array.from([0x51, 0, 0, 1, 0x31]));
    emulated.pressKeys('12#');
    await rig.until(entrance, 'keypad');
    const asText = 'a card told as text, which no card format reads';
    expect([reader.link, told]).toEqual([
      'up',
      ['up', '548b17', 'a card of 27 bits, refused for its length', asText, '12#'],
    ]);
    await rm(folder, { recursive: true });
  });
});

describe('an OSDP line that leads nowhere', () => {
  it('is down and says why, and leaves nothing behind when it is closed', async () => {
    const clock = new FakeClock();
    const readers = [{ id: entrance, address: 0 }];
    const parts = { keys: new FakeReaderKeys(), clock, random: new SystemRandom(), readers };
    const line = await OsdpLine.open({ path: '/dev/lintel-missing', baudRate: BAUD_RATE, ...parts });
    expect(line.fault).toMatchObject({ code: 'reader', found: 'nothing there' });
    expect(line.state(entrance).link).toBe('down');
    await expect(line.tell(entrance, beep)).rejects.toMatchObject({ found: 'the line is down' });
    await line.close();
    expect(clock.waiting).toBe(0);
  });
});
