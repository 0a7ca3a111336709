import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UID_FORMATS } from '#core/access/cardFormat.ts';
import type { LibcameraConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { DoorId, ReaderId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import type { CardRead } from '#core/ports/hardware.ts';
import type { ReaderKeys } from '#core/ports/readerKeys.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { ModbusEmulator } from '#drivers/modbus/emulator.ts';
import { MODBUS_DIALECTS } from '#drivers/relay/modbusTalk.ts';
import { Hardware } from '#service/hardware.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { FakeReaderKeys } from '../../fakes/fakeReaderKeys.ts';
import { faultOf } from '../../storage/support/faults.ts';
import { configOf } from '../../terminal/gateFixture.ts';

const reader = 'reader-in' as ReaderId;
const [front, back] = ['front', 'back'] as DoorId[] as [DoorId, DoorId];
const clock = new SystemClock();

let folder: string;
let open: AsyncDisposableStack;
let health: HealthBoard;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-devices-'));
  open = new AsyncDisposableStack();
  health = new HealthBoard();
});
afterEach(async () => {
  await open.disposeAsync();
  rmSync(folder, { recursive: true });
});

/** Nothing is there but what `changed` says. */
const configWith = (changed: Partial<TerminalConfig>): TerminalConfig => {
  const config = configOf({});
  return { ...config, simulated: false, boards: [], doors: [], accessPoints: [], ...changed };
};

async function opened(config: TerminalConfig, keys: ReaderKeys = new FakeReaderKeys()): Promise<Hardware> {
  const hardware = await Hardware.open(config, undefined, clock);
  open.defer(() => hardware.close());
  const own = {
    get: (one: ReaderId) => keys.get(one),
    put: (one: ReaderId, all: readonly Uint8Array[]) => keys.put(one, all),
    [Symbol.dispose]: () => undefined,
  };
  await hardware.openReaders({ keys: own, random: new SystemRandom(), health, record: () => undefined });
  return hardware;
}

const levelOf = (part: string) => health.lines.find((line) => line.part === part)?.level;
const missing = (name: string): string => join(folder, name);
const accessPoint = (): TerminalConfig['accessPoints'][number] => ({
  ...configOf({}).accessPoints[0]!,
  reader: { driver: 'named', name: reader },
});
const LIBCAMERA: LibcameraConfig = {
  driver: 'libcamera',
  id: '',
  width: 1_280,
  height: 720,
  framesPerSecond: 30,
  idleFramesPerSecond: 5,
  rotation: 0,
  mirror: false,
  crop: { left: 0, top: 0, right: 1, bottom: 1 },
  picture: {},
};
const osdpLine = () => ({
  id: 'lobby',
  path: missing('osdp'),
  baudRate: 9_600,
  readers: [{ id: reader, address: 0, formats: [] }],
});

it('lines that are not there stop nothing: each is told, and its reader is down', async () => {
  const wire = { input: 'rex', number: 1, normally: 'open', debounceMs: millis(0) } as const;
  const [door] = configOf({}).doors;
  const hardware = await opened(
    configWith({
      boards: [
        {
          id: 'relays',
          driver: 'modbus',
          path: missing('rs485'),
          baudRate: 9_600,
          address: 1,
          dialect: 'waveshare',
          channels: 1,
          inputs: 8,
          measuredInputs: 0,
        },
        { id: 'km', driver: 'kmtronic', path: missing('km'), channels: 2 },
        { id: 'numato', driver: 'numato', path: missing('numato'), channels: 2 },
      ],
      doors: [
        {
          ...door!,
          board: 'relays',
          inputs: { driver: 'wired', fitted: ['rex'], wires: [{ ...wire, on: { kind: 'board', board: 'relays' } }] },
        },
        {
          ...door!,
          id: back,
          board: 'km',
          inputs: { driver: 'wired', fitted: ['rex'], wires: [{ ...wire, on: { kind: 'reader', reader } }] },
        },
      ],
      osdpLines: [osdpLine()],
      accessPoints: [accessPoint()],
    }),
  );
  for (const part of ['OSDP line lobby', 'reader at entrance', 'inputs of front', 'inputs of back'])
    expect([part, levelOf(part)]).toEqual([part, 'failed']);
  expect(hardware.reader(accessPoint()).link).toBe('down');
  expect(hardware.installedReaders).toMatchObject([{ id: reader, line: 'lobby', link: 'down' }]);
  await faultOf(() => hardware.strike({ board: 'km', channel: 1 }).drive('energised', millis(100)), 'relay');
});

it('a light whose chip is not there is told, and the camera stands without it', async () => {
  const gpio = { kind: 'gpio', chip: missing('gpiochip0'), line: 17, active: 'high' } as const;
  const lit: TerminalConfig['accessPoints'][number] = {
    ...accessPoint(),
    camera: { ...LIBCAMERA, illuminator: gpio },
  };
  const hardware = await opened(configWith({}));
  expect((await hardware.camera(lit, health))?.name).toBe('camera at entrance');
  await expect.poll(() => levelOf('light at entrance')).toBe('warning');
  expect(health.lines.find(({ part }) => part === 'light at entrance')?.says).toContain(
    'gpiochip0: found no such device',
  );
});

it('a reader that types at the kiosk is the reader of its access point, and there is none without one', async () => {
  const typing = { id: reader, text: { digits: 'hex', bits: 32 }, formats: UID_FORMATS } as const;
  const hardware = await opened(configWith({ keyboardReaders: [typing], accessPoints: [accessPoint()] }));
  const read: CardRead[] = [];
  hardware.reader(accessPoint()).onCard((card) => read.push(card));
  hardware.typedCards?.typed('04A2001F');
  expect(read).toEqual([{ format: 'uid', number: '04a2001f' }]);
  expect(levelOf('reader at entrance')).toBe('ok');
  expect((await opened(configWith({}))).typedCards).toBeUndefined();
});

it('readers whose keys the vault does not give stay silent, and everything else is opened', async () => {
  const broken: ReaderKeys = {
    get: () => Promise.reject(new Fault('key', { thing: 'vault', found: 'a damaged file', expected: 'a whole one' })),
    put: () => Promise.resolve(),
  };
  const hardware = await opened(configWith({ osdpLines: [osdpLine()], accessPoints: [accessPoint()] }), broken);
  expect(health.lines.find(({ part }) => part === 'OSDP line lobby')?.says).toContain('a damaged file');
  expect(hardware.reader(accessPoint()).link).toBe('down');
  expect((await faultOf(() => hardware.installReader(reader, millis(60_000)), 'reader')).message).toContain(
    'a line that opened',
  );
});

it('nobody installs a reader that is not configured', async () => {
  const hardware = await opened(configWith({ osdpLines: [osdpLine()], accessPoints: [accessPoint()] }));
  expect(
    (await faultOf(() => hardware.installReader('other' as ReaderId, millis(60_000)), 'reader')).message,
  ).toContain('expected one of reader-in');
});

it('a simulated gate opens no real line, whatever hangs on it', async () => {
  symlinkSync('/dev/ttyS0', missing('osdp'));
  const simulated = (changed: Partial<TerminalConfig>) => () =>
    Hardware.open({ ...configWith(changed), simulated: true }, undefined, clock);
  expect((await faultOf(simulated({ osdpLines: [osdpLine()] }), 'config')).message).toContain('osdp.path');
  const desk = { id: reader, driver: 'rdm6300', path: missing('osdp') } as const;
  expect((await faultOf(simulated({ serialReaders: [desk] }), 'config')).message).toContain('readers.path');
  const board = { id: 'km', driver: 'kmtronic', path: missing('osdp'), channels: 1 } as const;
  expect((await faultOf(simulated({ boards: [board] }), 'config')).message).toContain('boards.path');
  unlinkSync(missing('osdp'));
});

it('relays and inputs of two doors share one Modbus line, and a fire is known before any door is driven', async () => {
  const lines = join(folder, 'line');
  mkdirSync(lines);
  const shared = { channels: 2, inputs: 8, levels: 4, dialect: MODBUS_DIALECTS.waveshare };
  const emulator = await ModbusEmulator.open({
    folder: lines,
    clock,
    boards: [1, 2].map((address) => ({ address, ...shared })),
  });
  open.defer(() => emulator.close());
  emulator.board(2).levels[0] = 700;
  const board = {
    driver: 'modbus',
    path: emulator.path,
    baudRate: 9_600,
    dialect: 'waveshare',
    inputs: 8,
    measuredInputs: 4,
  } as const;
  const fire = {
    input: 'fire',
    on: { kind: 'board', board: 'inputs' },
    number: 1,
    normally: 'closed',
    debounceMs: millis(0),
    supervised: {
      bands: [
        { upTo: 100, is: 'short' },
        { upTo: 400, is: 'closed' },
        { upTo: 800, is: 'open' },
      ],
      above: 'cut',
    },
  } as const;
  const rex = {
    input: 'rex',
    on: { kind: 'board', board: 'relays' },
    number: 2,
    normally: 'open',
    debounceMs: millis(0),
  } as const;
  const [door] = configOf({}).doors;
  const doors = [
    { ...door!, board: 'relays', inputs: { driver: 'wired', fitted: ['fire', 'rex'], wires: [fire, rex] } },
    { ...door!, id: back, board: 'relays', channel: 2, inputs: { driver: 'wired', fitted: ['fire'], wires: [fire] } },
  ] as const;
  const hardware = await opened(
    configWith({
      boards: [
        { ...board, id: 'relays', address: 1, channels: 2 },
        { ...board, id: 'inputs', address: 2, channels: 0 },
      ],
      doors,
    }),
  );
  expect(doors.map((one) => hardware.inputs(one).read('fire'))).toEqual([true, true]);
  expect([hardware.inputs(doors[0]).state('rex'), levelOf(`inputs of ${front}`)]).toEqual(['normal', 'ok']);
  expect(hardware.boardsWithoutPulses).toEqual([]);
  expect(await hardware.strike({ board: 'relays', channel: 2 }).drive('energised', millis(200))).toBe('confirmed');
  expect(emulator.board(1).relays.level(2)).toBe('energised');
});
