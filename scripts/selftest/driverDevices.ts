import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReaderId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import { ModbusEmulator } from '#drivers/modbus/emulator.ts';
import { EmulatedReader } from '#drivers/reader/osdp/emulatedReader.ts';
import { OsdpEmulator } from '#drivers/reader/osdp/osdpEmulator.ts';
import { Pn532Emulator, Rdm6300Emulator, WiegandEmulator } from '#drivers/reader/readerEmulators.ts';
import { AnsweringEmulator } from '#drivers/relay/answeringEmulators.ts';
import { LcusEmulator } from '#drivers/relay/lcusEmulator.ts';
import { MODBUS_DIALECTS } from '#drivers/relay/modbusTalk.ts';

const OSDP_BAUD_RATE = 9_600;
export const OSDP_READER = 'osdp-reader' as ReaderId;

/** Where a road through the gate ends: each reader stands at a door of its own, on a board of its own. */
export const ROADS = ['osdp', 'rdm6300', 'pn532', 'wiegand'] as const;
export type Road = (typeof ROADS)[number];
export const BOARDS: Readonly<Record<Road, string>> = {
  osdp: 'lcus',
  rdm6300: 'modbus',
  pn532: 'kmtronic',
  wiegand: 'numato',
};

/** A gate with a door for each road, on the lines of these paths. */
export const configOf = (paths: Readonly<Record<string, string>>): string => `terminal: drivers
handler: { name: Lintel self-test, contact: privacy@lintel.example }
data: data
key: gate.key
kiosk: { access-point: at-osdp, language: en }
boards:
  - { id: lcus, driver: lcus, path: ${paths['lcus']}, channels: 1 }
  - { id: modbus, driver: modbus, path: ${paths['modbus']}, channels: 2, inputs: 8 }
  - { id: kmtronic, driver: kmtronic, path: ${paths['kmtronic']}, channels: 4 }
  - { id: numato, driver: numato, path: ${paths['numato']}, channels: 4 }
osdp:
  - { id: line, path: ${paths['osdp']}, readers: [{ id: ${OSDP_READER}, address: 0 }] }
readers:
  - { id: rdm6300-reader, driver: rdm6300, path: ${paths['rdm6300']} }
  - { id: pn532-reader, driver: pn532, path: ${paths['pn532']} }
  - { id: wiegand-reader, driver: wiegand, path: ${paths['wiegand']} }
doors:
${ROADS.map((road) => `  - { id: ${road}, lock: fail-secure, board: ${BOARDS[road]}, channel: 1, unlock-ms: 500${INPUTS[road] ?? ''} }`).join('\n')}
access-points:
${ROADS.map((road) => `  - { id: at-${road}, name: ${road}, door: ${road}, reader: ${road}-reader }`).join('\n')}
`;

const wired = (...wires: readonly string[]): string => `, inputs: { driver: wired, wires: [${wires.join(', ')}] }`;
const INPUTS: Partial<Readonly<Record<Road, string>>> = {
  osdp: wired(`{ input: rex, reader: ${OSDP_READER}, number: 1 }`),
  rdm6300: wired(
    '{ input: rex, board: modbus, number: 1 }',
    '{ input: fire, board: modbus, number: 2, normally: open }',
  ),
};

/** A line that can be cut and mended; whatever is at its end keeps its power. */
export interface Pluggable {
  readonly link: 'up' | 'down';
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export type Devices = Awaited<ReturnType<typeof openDevices>>;

/** Made-up boards and readers, each at the far end of a serial line. @throws Fault `relay` where no line can be made. */
export async function openDevices(folder: string, clock: Clock) {
  const own = (name: string): { folder: string; clock: Clock } => {
    const path = join(folder, name);
    mkdirSync(path);
    return { folder: path, clock };
  };
  const osdpReader = new EmulatedReader({ address: 0 });
  const inputs = { address: 1, channels: 2, inputs: 8, dialect: MODBUS_DIALECTS.waveshare };
  const [lcus, modbus, kmtronic, numato, osdp, rdm6300, pn532, wiegand] = await Promise.all([
    LcusEmulator.open({ ...own('lcus'), channels: 1 }),
    ModbusEmulator.open({ ...own('modbus'), boards: [inputs] }),
    AnsweringEmulator.openKmtronic({ ...own('kmtronic'), channels: 4 }),
    AnsweringEmulator.openNumato({ ...own('numato'), channels: 4 }),
    OsdpEmulator.open({ ...own('osdp'), readers: [osdpReader], baudRate: OSDP_BAUD_RATE }),
    Rdm6300Emulator.open(own('rdm6300')),
    Pn532Emulator.open(own('pn532')),
    WiegandEmulator.open({ ...own('wiegand'), form: { kind: 'ascii-hex-lines' } }),
  ]);
  const lines = {
    lcus,
    modbus: modbus.line,
    kmtronic,
    numato,
    osdp: osdp.line,
    rdm6300: rdm6300.line,
    pn532: pn532.line,
    wiegand: wiegand.line,
  };
  return {
    lcus,
    modbus,
    kmtronic,
    numato,
    osdpReader,
    rdm6300,
    pn532,
    wiegand,
    /** By name: what can be unplugged. */
    lines: new Map<string, Pluggable>(Object.entries(lines)),
    paths: Object.fromEntries(Object.entries(lines).map(([name, { path }]) => [name, path])),
    close: async () => {
      const devices = [lcus, modbus, kmtronic, numato, osdp, rdm6300, pn532, wiegand];
      await Promise.all(devices.map((device) => device.close()));
    },
  };
}
