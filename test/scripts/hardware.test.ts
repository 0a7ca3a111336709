import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import { ModbusEmulator } from '#drivers/modbus/emulator.ts';
import { ModbusListener } from '#drivers/modbus/listener.ts';
import { EmulatedReader } from '#drivers/reader/osdp/emulatedReader.ts';
import { OsdpEmulator } from '#drivers/reader/osdp/osdpEmulator.ts';
import { Pn532Emulator, Rdm6300Emulator } from '#drivers/reader/readerEmulators.ts';
import { SimulatedReader } from '#drivers/reader/simulatedReader.ts';
import { AnsweringEmulator, KmtronicEars, NumatoEars } from '#drivers/relay/answeringEmulators.ts';
import { EmulatedRelays } from '#drivers/relay/emulatedRelays.ts';
import { LcusEmulator } from '#drivers/relay/lcusEmulator.ts';
import { LcusParser } from '#drivers/relay/lcusFrames.ts';
import { MODBUS_DIALECTS } from '#drivers/relay/modbusTalk.ts';
import { SimulatedBoard } from '#drivers/relay/simulatedBoard.ts';
import { SerialLine } from '#drivers/serial/serialLine.ts';
import { readHardwareArguments } from '../../scripts/hardware/arguments.ts';
import { probesFor } from '../../scripts/hardware/probes.ts';
import { scan } from '../../scripts/hardware/scan.ts';
import { TESTED_DOOR, walk, type Installer } from '../../scripts/hardware/walk.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { run } from './hardwareCommand.ts';

const clock = new SystemClock();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lintel-hardware-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('looking for what is plugged in', () => {
  const makes = {
    modbus: (at: string) => {
      const board = { address: 1, channels: 8, inputs: 8, dialect: MODBUS_DIALECTS.waveshare };
      return ModbusEmulator.open({ folder: at, clock, boards: [board] });
    },
    'kmtronic-8': (at: string) => AnsweringEmulator.openKmtronic({ folder: at, clock, channels: 8 }),
    'kmtronic-2': (at: string) => AnsweringEmulator.openKmtronic({ folder: at, clock, channels: 2 }),
    numato: (at: string) => AnsweringEmulator.openNumato({ folder: at, clock, channels: 8 }),
    lcus: (at: string) => LcusEmulator.open({ folder: at, clock, channels: 2 }),
  };

  it('finds each board and reader by what it answers, and moves no relay', async () => {
    const moved: string[] = [];
    const opened = await Promise.all(
      Object.entries(makes).map(async ([make, open]) => {
        await mkdir(join(folder, make));
        const emulator = await open(join(folder, make));
        if (emulator instanceof ModbusEmulator) emulator.board(1).relays.onMove(() => moved.push(make));
        else emulator.onMove(() => moved.push(make));
        return { make, path: emulator.path, close: () => emulator.close() };
      }),
    );
    for (const make of ['pn532', 'rdm6300', 'osdp']) await mkdir(join(folder, make));
    const pn532 = await Pn532Emulator.open({ folder: join(folder, 'pn532'), clock });
    const rdm6300 = await Rdm6300Emulator.open({ folder: join(folder, 'rdm6300'), clock });
    rdm6300.hold(Uint8Array.of(1, 2, 3, 4, 5));
    const key = Uint8Array.from({ length: 16 }, (_, i) => i);
    const readers = [new EmulatedReader({ address: 0, key })];
    const osdp = await OsdpEmulator.open({ folder: join(folder, 'osdp'), clock, readers, baudRate: 9_600 });
    const lines = [
      { make: 'osdp', path: osdp.path, close: () => osdp.close() },
      ...opened,
      { make: 'pn532', path: pn532.line.path, close: () => pn532.close() },
      { make: 'rdm6300', path: rdm6300.line.path, close: () => rdm6300.close() },
    ];
    const found = await Promise.all(
      lines.map(async ({ make, path }) => {
        const results = await scan({ kind: 'scan', ports: [path], modbus: [1], osdp: [0], listenMs: 300 }, clock);
        return [make, results.find(({ name }) => name === path)?.value] as const;
      }),
    );
    await Promise.all(lines.map(({ close }) => close()));
    expect(Object.fromEntries(found)).toEqual({
      modbus: 'Modbus board at address 1: coils, inputs',
      'kmtronic-8': 'KMTronic board with 8 channels',
      'kmtronic-2': 'KMTronic board with 2 channels',
      numato: 'Numato board, firmware A0000008',
      lcus: 'no answer',
      osdp: expect.stringMatching(/^OSDP reader at address 0: maker [0-9a-f]{6}, model/),
      pn532: 'PN532, firmware 1.6',
      rdm6300: 'RDM6300 or the like, with a tag in its field',
    });
    expect(moved).toEqual([]);
  });

  it('names a port that another program holds, and one that is not there', async () => {
    const board = await LcusEmulator.open({ folder, clock, channels: 1 });
    const other = await SerialLine.open({ path: board.path, baudRate: 9_600, clock, faults: 'relay' });
    const missing = join(folder, 'missing');
    const results = await scan(
      { kind: 'scan', ports: [board.path, missing], modbus: [1], osdp: [], listenMs: 10 },
      clock,
    );
    await other.close();
    await board.close();
    expect(results.filter(({ name }) => name.startsWith(folder))).toMatchObject([
      { ok: false, value: 'a port that another program holds' },
      { ok: false, value: 'nothing there' },
    ]);
  });

  it('says nothing that any board takes for a command, whoever is there', async () => {
    const said: Uint8Array[] = [];
    const modbus = Array.from({ length: 254 }, (_, i) => i + 1);
    const osdp = Array.from({ length: 127 }, (_, i) => i);
    for (const probe of probesFor({ kind: 'scan', ports: [], modbus, osdp, listenMs: 0 })) {
      await probe.ask({
        ask: (bytes) => Promise.resolve(void said.push(bytes)),
        tell: (bytes) => Promise.resolve(void said.push(bytes)),
        listen: (bytes) => Promise.resolve((said.push(bytes), new Uint8Array(0))),
      });
    }
    const line = Uint8Array.from(said.flatMap((bytes) => [...bytes]));
    expect(line.length).toBeGreaterThan(1_000);
    for (const channels of [1, 2, 4, 8]) {
      const relays = new EmulatedRelays({ channels, clock: new FakeClock() });
      relays.onMove(() => expect.unreachable());
      new KmtronicEars(relays).hear(line);
      new NumatoEars(relays).hear(line);
    }
    expect(new LcusParser().feed(line)).toEqual([]);
    const asked = new ModbusListener().feed(line).map(({ called }) => called);
    expect(asked.length).toBeGreaterThan(254);
    for (const called of asked) expect([1, 2, 3, 4]).toContain(called);
  });

  it('asks an address whose questions are another board’s commands only behind that board', () => {
    const order = probesFor({ kind: 'scan', ports: [], modbus: [255, 1], osdp: [0], listenMs: 0 }).map(
      ({ looksFor }) => looksFor,
    );
    expect(order.indexOf('Modbus at address 255')).toBe(order.length - 1);
    expect(order.indexOf('KMTronic')).toBeGreaterThan(order.indexOf('Modbus at address 1'));
  });
});

describe('walking an installer through a door', () => {
  /** An installer with hands: does what is asked, and says what they saw. */
  function installer(hands: Readonly<Record<string, () => void>>, sees: boolean): Installer & { told: string[] } {
    const told: string[] = [];
    return {
      told,
      tell: (text) => {
        told.push(text);
        // They need a moment to get there.
        for (const [asked, act] of Object.entries(hands)) if (text.includes(asked)) queueMicrotask(act);
      },
      yes: (question) => {
        told.push(question);
        return Promise.resolve(sees);
      },
    };
  }

  function rig() {
    const now = new FakeClock();
    const board = new SimulatedBoard({ name: 'board', channels: 2, clock: now });
    const inputs = new SimulatedInputs(TESTED_DOOR, ['contact', 'rex']);
    const reader = new SimulatedReader('tested' as AccessPointId);
    return { clock: now, board, inputs, reader };
  }

  it('shows relay, contact, exit button and reader, with a card whose number is not printed', async () => {
    const { clock: now, board, inputs, reader } = rig();
    const hands = {
      'open the door': () => inputs.set('contact', true),
      'shut it again': () => inputs.set('contact', false),
      'press the exit button': () => inputs.set('rex', true),
      'let it go': () => inputs.set('rex', false),
      'hold a card': () => reader.show({ format: 'H10301', number: '86f444' }),
      'Now a pulse': () => setImmediate(() => now.advance(10_000)),
    };
    const results = await walk({ installer: installer(hands, true), clock: now, board, channel: 2, inputs, reader });
    expect(results.map(({ name, ok }) => `${name}: ${ok}`)).toEqual([
      'relay 2 follows: true',
      'relay 2 ends a pulse: true',
      'door contact: true',
      'exit button: true',
      'reader: true',
    ]);
    expect(JSON.stringify(results)).not.toContain('86f444');
    expect(board.level(2)).toBe('de-energised');
    expect(now.waiting).toBe(0);
  });

  it('says of each part that shows nothing that it shows nothing', async () => {
    const { clock: now, board, inputs, reader } = rig();
    const never = {
      'Now a pulse': () => setImmediate(() => now.advance(10_000)),
      Please: () => setImmediate(() => now.advance(60_000)),
    };
    const results = await walk({ installer: installer(never, false), clock: now, board, channel: 1, inputs, reader });
    expect(results.map(({ ok }) => ok)).toEqual([false, false, false, false, false]);
    board.setLine('down');
    const [dead] = await walk({ installer: installer({}, true), clock: now, board, channel: 1 });
    expect(dead).toMatchObject({ ok: false, value: 'not reached', note: expect.stringContaining('line cut') });
  });

  it('runs by command, with a report that programs read', async () => {
    const emulator = await AnsweringEmulator.openNumato({ folder, clock, channels: 8 });
    const moves: string[] = [];
    emulator.onMove(({ channel, level }) => moves.push(`${channel} ${level}`));
    const board = ['test', '--board', 'numato', '--port', emulator.path, '--channels', '8', '--channel', '3', '--json'];
    const { status, report, asked } = await run(board, 'y\nwhat?\ny\nn\n');
    await emulator.close();
    expect(report).toMatchObject({
      command: 'hardware',
      results: [
        { name: 'relay 3 follows', ok: true, value: 'confirmed' },
        { name: 'relay 3 ends a pulse', ok: false, value: 'timed here' },
      ],
    });
    expect(status).toBe(1);
    expect(asked.match(/\(y\/n\)/g)).toHaveLength(4);
    expect(moves).toEqual(
      ['de-energised', 'energised', 'de-energised', 'energised', 'de-energised'].map((to) => `3 ${to}`),
    );
  });

  it('takes a question that nobody answers for a no, and names a board that is not there', async () => {
    const args = ['test', '--board', 'lcus', '--port', join(folder, 'missing'), '--channels', '2', '--json'];
    const { status, report } = await run(args, '');
    expect(status).toBe(1);
    expect(report).toMatchObject({ ok: false, results: [{ name: 'relay 1', value: 'not reached' }] });
  });
});

describe('the words of the command', () => {
  it('are understood', () => {
    expect(readHardwareArguments(['scan', '--port', '/a', '--port', '/b', '--modbus', '1,3', '--listen', '5'])).toEqual(
      {
        kind: 'scan',
        ports: ['/a', '/b'],
        modbus: [1, 3],
        osdp: [0],
        listenMs: 5_000,
      },
    );
    const test = ['test', '--board', 'modbus', '--port', '/a', '--channels', '8', '--contact', '1'];
    expect(readHardwareArguments([...test, '--reader', 'pn532', '--reader-port', '/c'])).toEqual({
      kind: 'test',
      board: 'modbus',
      port: '/a',
      channels: 8,
      channel: 1,
      address: 1,
      dialect: 'waveshare',
      contact: 1,
      reader: { kind: 'pn532', port: '/c' },
    });
    const osdp =
      'test --board lcus --port /a --channels 1 --reader osdp --reader-port /c --reader-name front --reader-rex 2';
    expect(readHardwareArguments(osdp.split(' '))).toMatchObject({
      reader: { kind: 'osdp', port: '/c', address: 0, baudRate: 9_600, name: 'front', places: {}, rex: 2 },
    });
  });

  it.each(
    [
      '',
      'look',
      'scan --port',
      'scan --modbus 0',
      'scan --osdp 0,-1',
      'scan --modbus 1,x',
      'scan --modbus 1 --modbus 2',
      'test --board lcus --port /a',
      'test --board other --port /a --channels 2',
      'test --board lcus --port /a --channels 2 --channel 3',
      'test --board lcus --port /a --channels 2 --rex 1',
      'test --board lcus --port /a --channels 2 --reader pn532',
      'test --board modbus --port /a --channels 2 --dialect none',
      'test --board lcus --port /a --channels 2 --reader-address 1',
      'test --board lcus --port /a --channels 2 --reader osdp --reader-port /c --reader-address 127',
      'test --board lcus --port /a --channels 2 --reader osdp --reader-port /c --reader-contact 1',
      'test --board lcus --port /a --channels 2 --reader osdp --reader-port /c --reader-baud 1',
      'test --board modbus --port /a --channels 2 --rex 1 --reader osdp --reader-port /c --reader-name a --reader-rex 1',
    ].map((line) => [line]),
  )('are refused where they make no sense: %s', (line) => {
    expect(() => readHardwareArguments(line.split(' ').filter(Boolean))).toThrow('expected one of');
  });
});
