import { afterEach, describe, expect, it } from 'vitest';
import { millis } from '#core/kernel/units.ts';
import { ModbusBus } from '#drivers/modbus/bus.ts';
import { ModbusEmulator, type EmulatedModbusBoard } from '#drivers/modbus/emulator.ts';
import { AnsweringEmulator } from '#drivers/relay/answeringEmulators.ts';
import type { BoardEmulator } from '#drivers/relay/emulatedRelays.ts';
import { openModbusBoard } from '#drivers/relay/modbusBoard.ts';
import { MODBUS_DIALECTS, type ModbusDialectName } from '#drivers/relay/modbusTalk.ts';
import { openKmtronicBoard, openNumatoBoard } from '#drivers/relay/ownLineBoard.ts';
import { LEVELS_EVERY_MS } from '#drivers/relay/answeringLine.ts';
import { ASK_AGAIN_MS } from '#drivers/serial/attendance.ts';
import type { EmulatedLine } from '#drivers/serial/emulatedLine.ts';
import { spelt } from '#drivers/serial/hex.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { boardRig, letGoBy, linkOf } from './boardRig.ts';
import { describeRelayBoard, type BoardRig } from './relayBoardContract.ts';

const ADDRESS = 1;

type Rig = BoardRig & { readonly emulator: BoardEmulator & { readonly line: EmulatedLine } };

/** A made-up Modbus line with one board looks like any other board. */
function asBoard(emulator: ModbusEmulator) {
  const modbus = emulator.board(ADDRESS);
  const board: BoardEmulator & Pick<ModbusEmulator, 'line' | 'onAsked'> & { modbus: EmulatedModbusBoard } = {
    modbus,
    onAsked: (listener) => emulator.onAsked(listener),
    line: emulator.line,
    get path() {
      return emulator.path;
    },
    get link() {
      return emulator.link;
    },
    level: (channel) => modbus.relays.level(channel),
    onMove: (listener) => modbus.relays.onMove(listener),
    losePower: () => modbus.relays.losePower(),
    cut: () => emulator.line.cut(),
    mend: () => emulator.line.mend(),
    close: () => emulator.close(),
  };
  return board;
}

interface ModbusRigOptions {
  readonly dialect: ModbusDialectName;
  /** The dialect that the board really speaks, where it is another. */
  readonly speaks?: ModbusDialectName;
  readonly keepsTimers?: boolean;
}

async function modbusRig({ dialect, speaks = dialect, keepsTimers = false }: ModbusRigOptions) {
  const clock = new FakeClock();
  const channels = 2;
  const buses: ModbusBus[] = [];
  return boardRig({
    clock,
    outcome: 'confirmed',
    openEmulator: async (folder) => {
      const board = { address: ADDRESS, channels, dialect: MODBUS_DIALECTS[speaks], keepsTimers };
      return asBoard(await ModbusEmulator.open({ folder, clock, boards: [board] }));
    },
    openBoard: async ({ path }) => {
      const bus = await ModbusBus.open({ path, clock, gapMs: millis(0) });
      buses.push(bus);
      return openModbusBoard({
        name: 'board',
        bus,
        address: ADDRESS,
        channels,
        dialect: MODBUS_DIALECTS[dialect],
        clock,
      });
    },
    busy: () => buses.some(({ exchange }) => exchange.busy),
  });
}

async function ownLineRig(make: 'kmtronic' | 'numato', channels: number): Promise<Rig> {
  const clock = new FakeClock();
  const exchanges: { readonly busy: boolean }[] = [];
  return boardRig({
    clock,
    outcome: 'confirmed',
    openEmulator: (folder) => {
      const options = { folder, channels, clock };
      return make === 'kmtronic' ? AnsweringEmulator.openKmtronic(options) : AnsweringEmulator.openNumato(options);
    },
    openBoard: async ({ path }) => {
      const options = { name: 'board', path, channels, clock };
      const { board, exchange } = await (make === 'kmtronic' ? openKmtronicBoard(options) : openNumatoBoard(options));
      exchanges.push(exchange);
      return board;
    },
    busy: () => exchanges.some(({ busy }) => busy),
  });
}

const MAKES: Readonly<Record<string, () => Promise<Rig>>> = {
  'Modbus that times pulses': () => modbusRig({ dialect: 'waveshare' }),
  'Modbus whose timers run on when it is told a level': () => modbusRig({ dialect: 'waveshare', keepsTimers: true }),
  'Modbus without pulses': () => modbusRig({ dialect: 'plain' }),
  'Modbus of the old kind': () => modbusRig({ dialect: 'value-0100' }),
  'KMTronic with two channels': () => ownLineRig('kmtronic', 2),
  'KMTronic with eight channels': () => ownLineRig('kmtronic', 8),
  'Numato with two channels': () => ownLineRig('numato', 2),
  'Numato with sixteen channels': () => ownLineRig('numato', 16),
};

for (const [make, makeRig] of Object.entries(MAKES)) describeRelayBoard(`${make}, over a serial line`, makeRig);

/** Everything that real lines and boards do to an answer. */
const NOISE = Uint8Array.of(0x00, 0x01, 0xff, 0x05, 0x81, 0x3e, 0x0a);

describe.each(Object.entries(MAKES))('a board that answers: %s', (_make, makeRig) => {
  let rig: Rig;
  const begin = async (): Promise<Rig> => (rig = await makeRig());
  afterEach(() => rig[Symbol.asyncDispose]());
  /** Drives, and lets time go by in steps until that has an outcome. */
  const driven = async (stepMs: number): Promise<unknown> => {
    const drive = rig.board.strike(1).drive('energised', millis(500));
    const outcome = drive.catch((thrown: unknown) => thrown);
    let over = false;
    void outcome.then(() => (over = true));
    await letGoBy(rig.clock, stepMs, () => over);
    return outcome;
  };

  it('is understood when its answers come in single bytes, and when they come late', async () => {
    await begin();
    rig.emulator.line.manner = { kind: 'in-pieces' };
    expect(await driven(0)).toBe('confirmed');
    rig.emulator.line.manner = { kind: 'slow', byMs: millis(60) };
    expect(await driven(1)).toBe('confirmed');
    rig.emulator.line.manner = { kind: 'prompt' };
    expect(rig.board.link).toBe('up');
  });

  it('that says nothing is a fault with its name, and down until it answers again', async () => {
    await begin();
    rig.emulator.line.manner = { kind: 'silent' };
    const down = linkOf(rig.board, 'down');
    expect(await driven(20)).toMatchObject({ code: 'relay', found: expect.stringMatching(/^no answer to .* within/) });
    expect(await down).toContain('board');
    await expect(rig.board.strike(2).drive('energised', millis(500))).rejects.toMatchObject({ code: 'relay' });
    rig.emulator.line.manner = { kind: 'prompt' };
    const up = linkOf(rig.board, 'up');
    rig.clock.advance(ASK_AGAIN_MS[0]);
    expect(await up).toContain('answers');
    await rig.until(() => rig.level(1) === 'de-energised');
  });

  it('whose answers are garbage is a fault, and no drive counts as confirmed by one', async () => {
    await begin();
    rig.emulator.line.manner = { kind: 'changed', change: (bytes) => bytes.map((byte) => byte ^ 0x44) };
    expect(await driven(20)).toMatchObject({ code: 'relay', found: expect.stringContaining('that are no answer to') });
    expect(rig.board.link).toBe('down');
  });

  it('that is no longer asked by anybody is found dead within seconds', async () => {
    await begin();
    rig.emulator.line.manner = { kind: 'silent' };
    const down = linkOf(rig.board, 'down');
    await letGoBy(rig.clock, 50, () => rig.board.link === 'down');
    expect(await down).toContain('no answer');
  });

  it('never counts what noise says for its answer', async () => {
    await begin();
    rig.emulator.line.manner = { kind: 'noisy', noise: NOISE };
    const outcome = await driven(20);
    // Frames with a sum are found behind noise; where there is none, nothing is believed.
    if (outcome !== 'confirmed') expect(outcome).toMatchObject({ code: 'relay' });
  });
});

describe('a Modbus board', () => {
  it('on a line that hears itself is driven as on any other, and dead all the same when it is dead', async () => {
    await using rig = await modbusRig({ dialect: 'plain' });
    rig.emulator.line.manner = { kind: 'echoing' };
    await rig.pass(LEVELS_EVERY_MS);
    expect(await rig.board.strike(1).drive('energised', 'until-driven')).toBe('confirmed');
    expect(rig.level(1)).toBe('energised');
    rig.emulator.modbus.dead = true;
    const drive = rig.board.strike(1).drive('de-energised', 'until-driven');
    const refused = drive.catch((thrown: unknown) => thrown);
    const down = linkOf(rig.board, 'down');
    await letGoBy(rig.clock, 20, () => rig.board.link === 'down');
    expect(await refused).toMatchObject({ code: 'relay' });
    expect(await down).toContain('address 1');
  });

  it('that refuses a level says why, and stays up', async () => {
    await using rig = await modbusRig({ dialect: 'plain' });
    rig.emulator.modbus.refuses.set(0x05, 4);
    await expect(rig.board.strike(1).drive('energised', 'until-driven')).rejects.toMatchObject({
      code: 'relay',
      found: 'exception 4 (failed at it)',
    });
    expect(rig.board.link).toBe('up');
  });

  it('that knows no pulse is driven to and fro instead: an exit button works at every board', async () => {
    await using rig = await modbusRig({ dialect: 'waveshare', speaks: 'plain' });
    expect(rig.board.timesPulses).toBe(true);
    expect(await rig.board.strike(1).drive('energised', millis(500))).toBe('confirmed');
    expect([rig.board.timesPulses, rig.level(1)]).toEqual([false, 'energised']);
    await rig.pass(500);
    await rig.until(() => rig.level(1) === 'de-energised');
  });

  it('ends a pulse with nobody at the other end of the line', async () => {
    await using rig = await modbusRig({ dialect: 'waveshare' });
    await rig.board.strike(1).drive('energised', millis(650));
    await rig.cut();
    rig.clock.advance(649);
    expect(rig.level(1)).toBe('energised');
    rig.clock.advance(51);
    expect(rig.level(1)).toBe('de-energised');
  });

  it('whose relays fell off for a moment counts as lost and found, so that its doors are driven anew', async () => {
    await using rig = await modbusRig({ dialect: 'plain' });
    await rig.board.strike(1).drive('energised', 'until-driven');
    const told: string[] = [];
    using _listening = rig.board.onLink((link, why) => told.push(`${link} ${why}`));
    await rig.pass(LEVELS_EVERY_MS);
    expect(told).toEqual([]);
    rig.emulator.losePower();
    await rig.pass(LEVELS_EVERY_MS);
    expect(told).toEqual([
      expect.stringContaining('down board channel 1: found a relay that is de-energised'),
      expect.stringContaining('up board answers'),
    ]);
  });

  it('has the bytes of its makers', async () => {
    await using rig = await modbusRig({ dialect: 'waveshare' });
    const asked: string[] = [];
    using _listening = rig.emulator.onAsked(({ address, called, data }) =>
      asked.push(spelt([address, called, ...data])),
    );
    await rig.board.strike(1).drive('energised', 'until-driven');
    await rig.board.strike(2).drive('de-energised', 'until-driven');
    await rig.board.strike(1).drive('energised', millis(700));
    await rig.board.strike(1).drive('de-energised', millis(700));
    expect(asked).toEqual(['01 05 00 00 FF 00', '01 05 00 01 00 00', '01 05 02 00 00 07', '01 05 04 00 00 07']);
  });
});
