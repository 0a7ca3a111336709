import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { AccessPointId, ReaderId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { EmulatedReader } from '#drivers/reader/osdp/emulatedReader.ts';
import { OsdpEmulator } from '#drivers/reader/osdp/osdpEmulator.ts';
import type { Capability } from '#drivers/reader/osdp/replies.ts';
import { Hardware } from '#service/hardware.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { KEY } from '../../drivers/reader/osdp/wire.ts';
import { FakeReaderKeys } from '../../fakes/fakeReaderKeys.ts';
import { configOf } from '../../terminal/gateFixture.ts';

const outside = 'outside' as ReaderId;
const YARD = 'yard' as AccessPointId;
const PART = 'fittings of reader outside';
const CHANNEL: Capability = { code: 9, level: 1, count: 1 };
const LIGHTS: Capability = { code: 4, level: 1, count: 1 };
const BUZZER: Capability = { code: 5, level: 1, count: 1 };
const PIN_ENTRY: Capability = { code: 15, level: 1, count: 0 };

let folder: string;
let open: AsyncDisposableStack;
let health: HealthBoard;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-fittings-'));
  open = new AsyncDisposableStack();
  health = new HealthBoard();
});
afterEach(async () => {
  await open.disposeAsync();
  rmSync(folder, { recursive: true });
});

/** A reader away from the screen, where a card needs a PIN and alarms are to be heard; or where nothing of it is asked. */
function configWith(path: string, asks: boolean): TerminalConfig {
  const config = configOf({});
  const { access } = config;
  const anyOf = ['card-and-pin'] as const;
  const place = { ...access.places[0]!, accessPoint: YARD };
  const readers = { alarms: ['forced-open'] as const, forMs: millis(10_000) };
  const { sounds } = access.alarms;
  return {
    ...config,
    simulated: false,
    boards: [],
    doors: [],
    osdpLines: [{ id: 'yard', path, baudRate: 9_600, readers: [{ id: outside, address: 0, formats: [] }] }],
    accessPoints: [{ ...config.accessPoints[0]!, id: YARD, reader: { driver: 'named', name: outside } }],
    access: !asks
      ? { ...access, places: [place] }
      : {
          ...access,
          places: [{ ...place, factors: [{ schedule: 'always', anyOf }] }],
          alarms: { ...access.alarms, sounds: { ...sounds, readers } },
        },
  };
}

/** The line that says `level` of what the reader has, once it stands on the health page. */
function told(level: HealthReport['level']): Promise<HealthReport> {
  const { promise, resolve } = Promise.withResolvers<HealthReport>();
  const look = (line: HealthReport): void => {
    if (line.part === PART && line.level === level) resolve(line);
  };
  health.lines.forEach(look);
  health.onReport(look);
  return promise;
}

async function aYard(capabilities: readonly Capability[]) {
  const clock = new SystemClock();
  const reader = new EmulatedReader({ address: 0, key: KEY, capabilities: [CHANNEL, ...capabilities] });
  const emulator = await OsdpEmulator.open({ folder, clock, readers: [reader], baudRate: 9_600 });
  open.defer(() => emulator.close());
  const hardware = await Hardware.open(configWith(emulator.path, true), undefined, clock);
  open.defer(() => hardware.close());
  const keys = Object.assign(new FakeReaderKeys({ outside: KEY }), { [Symbol.dispose]: () => undefined });
  await hardware.openReaders({ keys, random: new SystemRandom(), health, record: () => undefined });
  return { reader, hardware, path: emulator.path };
}

it('a reader that lacks what is asked of it, by its own word, is named on the health page with each of it', async () => {
  await aYard([{ ...LIGHTS, count: 0 }]);
  const { says } = await told('warning');
  for (const about of ['reader outside', 'lights (capability 4)', 'buzzer (capability 5)', 'PIN entry (capability 15)'])
    expect(says).toContain(about);
});

it('one that has all of it is no warning', async () => {
  await aYard([LIGHTS, BUZZER, PIN_ENTRY]);
  await told('ok');
});

it('a key that is pressed proves a keypad that the reader has no word for', async () => {
  const { reader } = await aYard([LIGHTS, BUZZER]);
  expect((await told('warning')).says).not.toMatch(/lights|buzzer/);
  reader.pressKeys('5');
  await told('ok');
});

it('what is no longer asked for is no longer missed', async () => {
  const { hardware, path } = await aYard([LIGHTS]);
  await told('warning');
  hardware.adopt(configWith(path, false));
  await told('ok');
});
