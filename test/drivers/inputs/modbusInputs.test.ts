import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoorId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import type { DoorInput, LinkState } from '#core/ports/hardware.ts';
import {
  circuitOf,
  INPUTS_EVERY_MS,
  ModbusInputs,
  type Circuit,
  type InputWiring,
} from '#drivers/inputs/modbusInputs.ts';
import type { WireState } from '#drivers/inputs/settle.ts';
import { ModbusBus } from '#drivers/modbus/bus.ts';
import { ModbusEmulator, type EmulatedModbusBoard } from '#drivers/modbus/emulator.ts';
import { openModbusBoard } from '#drivers/relay/modbusBoard.ts';
import { MODBUS_DIALECTS } from '#drivers/relay/modbusTalk.ts';
import { REOPEN_MS } from '#drivers/serial/serialLine.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { letGoBy, linkOf, passing } from '../relay/boardRig.ts';
import { describeDoorInputs, type InputsRig } from './doorInputsContract.ts';

const door = 'front' as DoorId;
const ADDRESS = 3;
const DEBOUNCE_MS = millis(100);

const BANDS = {
  bands: [
    { upTo: 100, is: 'short' },
    { upTo: 400, is: 'closed' },
    { upTo: 700, is: 'open' },
  ],
  above: 'cut',
} as const;
const VALUES: Readonly<Record<Circuit, number>> = { short: 0, closed: 300, open: 600, cut: 1_023 };

const WIRING: ReadonlyMap<DoorInput, InputWiring> = new Map([
  ['contact', { at: { kind: 'bit', input: 1 }, normally: 'closed', debounceMs: DEBOUNCE_MS }],
  ['rex', { at: { kind: 'bit', input: 2 }, normally: 'open', debounceMs: millis(0) }],
  ['fire', { at: { kind: 'bit', input: 8 }, normally: 'closed', debounceMs: DEBOUNCE_MS }],
  ['tamper', { at: { kind: 'level', input: 2, ...BANDS }, normally: 'closed', debounceMs: DEBOUNCE_MS }],
]);

function put(board: EmulatedModbusBoard, input: DoorInput, state: WireState): void {
  const { at, normally } = WIRING.get(input)!;
  const other = normally === 'closed' ? 'open' : 'closed';
  const circuit = state === 'normal' ? normally : state === 'active' ? other : state;
  if (at.kind === 'bit') board.inputs[at.input - 1] = circuit === 'closed';
  else board.levels[at.input - 1] = VALUES[circuit];
}

interface ModbusInputsRig extends InputsRig {
  readonly clock: FakeClock;
  readonly emulator: ModbusEmulator;
  readonly board: EmulatedModbusBoard;
  readonly bus: ModbusBus;
  readonly all: ModbusInputs;
  pass(ms: number): Promise<void>;
}

async function modbusInputsRig(
  before: (board: EmulatedModbusBoard) => void = () => undefined,
): Promise<ModbusInputsRig> {
  const folder = await mkdtemp(join(tmpdir(), 'lintel-inputs-'));
  const clock = new FakeClock();
  const boards = [{ address: ADDRESS, channels: 2, dialect: MODBUS_DIALECTS.waveshare, inputs: 8, levels: 2 }];
  const emulator = await ModbusEmulator.open({ folder, clock, boards });
  const board = emulator.board(ADDRESS);
  for (const input of WIRING.keys()) put(board, input, 'normal');
  before(board);
  const bus = await ModbusBus.open({ path: emulator.path, clock, gapMs: millis(0) });
  const all = await ModbusInputs.open({
    name: 'inputs',
    bus,
    address: ADDRESS,
    clock,
    doors: new Map([[door, WIRING]]),
  });
  const inputs = all.inputs(door);
  const pass = (ms: number): Promise<void> => passing(clock, ms, () => bus.exchange.busy || emulator.line.busy);
  return {
    inputs,
    clock,
    emulator,
    board,
    bus,
    all,
    pass,
    put: async (input, state) => {
      put(board, input, state);
      if (inputs.link === 'up') await pass(DEBOUNCE_MS + 2 * INPUTS_EVERY_MS);
    },
    cut: async () => {
      const down = linkOf(inputs, 'down');
      await emulator.line.cut();
      await down;
    },
    mend: async () => {
      const up = linkOf(inputs, 'up');
      await emulator.line.mend();
      clock.advance(Math.max(...REOPEN_MS));
      await up;
      await pass(DEBOUNCE_MS + 2 * INPUTS_EVERY_MS);
    },
    [Symbol.asyncDispose]: async () => {
      await all.close();
      await emulator.close();
      await rm(folder, { recursive: true });
    },
  };
}

describeDoorInputs('read from a Modbus board over a serial line', () => modbusInputsRig());

describe('inputs on a Modbus board', () => {
  let rig: ModbusInputsRig;
  let told: string[];
  beforeEach(async () => {
    rig = await modbusInputsRig();
    told = [];
    rig.inputs.onChange((input, active) => told.push(`${input} ${active}`));
  });
  afterEach(() => rig[Symbol.asyncDispose]());

  it('are read before anything else: a fire that burns at the start is known at the start', async () => {
    await using burning = await modbusInputsRig((board) => put(board, 'fire', 'active'));
    expect([burning.inputs.read('fire'), burning.inputs.state('fire')]).toEqual([true, 'active']);
  });

  it('count once they stood for long enough, and a contact that bounces opens no door', async () => {
    put(rig.board, 'contact', 'active');
    await rig.pass(INPUTS_EVERY_MS);
    put(rig.board, 'contact', 'normal');
    await rig.pass(INPUTS_EVERY_MS);
    put(rig.board, 'contact', 'active');
    await rig.pass(DEBOUNCE_MS - 1);
    expect(told).toEqual([]);
    await rig.pass(INPUTS_EVERY_MS + 1);
    expect(told).toEqual(['contact true']);
  });

  it('know of an exit button within one period', async () => {
    put(rig.board, 'rex', 'active');
    await rig.pass(INPUTS_EVERY_MS);
    expect(told).toEqual(['rex true']);
  });

  it('are unknown when the board says nothing, or refuses, and asked again until it answers', async () => {
    for (const trouble of ['silent', 'refusing'] as const) {
      const down = linkOf(rig.inputs, 'down');
      if (trouble === 'silent') rig.board.dead = true;
      else rig.board.refuses.set(0x02, 2);
      await letGoBy(rig.clock, 10, () => rig.inputs.link === 'down');
      expect(await down).toContain(trouble === 'silent' ? 'no answer to read inputs' : 'no such address');
      expect([rig.inputs.state('rex'), rig.all.fault?.code]).toEqual(['unknown', 'inputs']);
      const up = linkOf(rig.inputs, 'up');
      rig.board.dead = false;
      rig.board.refuses.clear();
      await letGoBy(rig.clock, 10, () => rig.inputs.link === 'up');
      await up;
      expect(rig.inputs.state('rex')).toBe('normal');
    }
    expect(told).toEqual([]);
  });

  it('share their line with the relays of the board, which are driven before they are read', async () => {
    const relays = await openModbusBoard({
      name: 'relays',
      bus: rig.bus,
      address: ADDRESS,
      channels: 2,
      dialect: MODBUS_DIALECTS.waveshare,
      clock: rig.clock,
    });
    const asked: number[] = [];
    rig.emulator.onAsked(({ called }) => asked.push(called));
    rig.clock.advance(INPUTS_EVERY_MS);
    expect(await relays.strike(2).drive('energised', millis(700))).toBe('confirmed');
    // The reading that was under way was first; the one behind it was not.
    expect(asked.slice(0, 2)).toEqual([0x02, 0x05]);
    await relays.close();
    expect(rig.inputs.link).toBe('up' satisfies LinkState);
  });
});

describe('a measured wire', () => {
  it('is closed, open, cut or short by its value', () => {
    for (const [circuit, value] of Object.entries(VALUES)) expect(circuitOf(value, BANDS)).toBe(circuit);
    expect([100, 101, 700, 701].map((value) => circuitOf(value, BANDS))).toEqual(['short', 'closed', 'open', 'cut']);
  });
});
