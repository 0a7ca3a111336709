import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { millis } from '#core/kernel/units.ts';
import type { Command, LedColour } from '#drivers/reader/osdp/commands.ts';
import type { Findings } from './findings.ts';
import { BOARDS, OSDP_READER, ROADS, type Road } from './driverDevices.ts';
import { DriverGate, PERSONAL_NUMBER, PIN, type DriverGateParts } from './driverGate.ts';

const INSTALLATION_MS = millis(60_000);
const BYTES: Readonly<Record<Road, string>> = {
  osdp: 'A0 01 01 A2',
  // Flash-on of channel 1: the board ends the pulse by itself, after five times 100 ms.
  rdm6300: '01 05 02 00 00 05',
  pn532: 'FF 01 01',
  wiegand: 'relay on 0',
};

/** Every driver over a serial line: what is held before a made-up reader comes out at a made-up board. */
export async function showDrivers(parts: Omit<DriverGateParts, 'folder'>, findings: Findings): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-drivers-'));
  findings.at = 'start of a gate with every driver';
  try {
    await using gate = await DriverGate.open({ ...parts, folder });
    await showInstallation(gate, findings);
    for (const road of ROADS) await showRoad(gate, road, findings);
    await showUnknownCards(gate, findings);
    await showKeypad(gate, findings);
    await showInputs(gate, findings);
    await showCover(gate, findings);
    await showRestart(gate, findings);
    findings.at = 'stop of a gate with every driver';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function showInstallation(gate: DriverGate, findings: Findings): Promise<void> {
  await findings.show('drivers.osdp_install', async () => {
    const before = gate.gate.readers.installedReaders[0];
    await gate.gate.readers.installReader(OSDP_READER, INSTALLATION_MS);
    await gate.until('the secure channel', () => gate.gate.readers.installedReaders[0]?.link === 'up');
    const { key } = gate.osdpReader;
    return {
      ok: before?.link === 'down' && before.alarms.has('no-key') && key !== undefined,
      value: 'installed',
      note: 'with its default key it was not listened to; now it has a random one of its own',
    };
  });
}

async function showRoad(gate: DriverGate, road: Road, findings: Findings): Promise<void> {
  await findings.show(`drivers.${road}_to_${BOARDS[road]}`, async () => {
    const [from, last] = [gate.driven.length, await gate.lastEntry()];
    const since = performance.now();
    gate.present(road);
    const { bytes } = await gate.drive(road, true, from);
    const afterMs = performance.now() - since;
    await gate.drive(road, false, from);
    const entries = await gate.entriesAfter(last);
    const granted = entries.some(({ event }) => event.kind === 'access-granted' && event.accessPoint === `at-${road}`);
    const others = gate.driven.slice(from).filter((one) => one.energised && one.road !== road);
    return {
      ok: bytes.startsWith(BYTES[road]) && granted && others.length === 0,
      value: bytes,
      limit: BYTES[road],
      note: `${Math.round(afterMs)} ms after the card, relocked again; ${granted ? 'in the journal' : 'not in the journal'}`,
    };
  });
}

async function showUnknownCards(gate: DriverGate, findings: Findings): Promise<void> {
  await findings.show('drivers.unknown_cards', async () => {
    const [from, last] = [gate.driven.length, await gate.lastEntry()];
    using shown = new Shown(gate);
    for (const road of ROADS) gate.present(road, false);
    for (const road of ROADS) {
      await gate.entry(
        last,
        ({ event }) => event.kind === 'access-denied' && event.accessPoint === `at-${road}`,
        `denial at ${road}`,
      );
    }
    await gate.until('a red light', () => shown.light('red'));
    const driven = gate.driven.slice(from).filter(({ energised }) => energised).length;
    const note = 'denied at each reader, and red at the one that has a light';
    return { ok: driven === 0, value: driven, limit: 0, unit: 'strikes', note };
  });
}

async function showKeypad(gate: DriverGate, findings: Findings): Promise<void> {
  await findings.show('drivers.osdp_keypad', async () => {
    const from = gate.driven.length;
    using shown = new Shown(gate);
    gate.osdpReader.pressKeys(`${PERSONAL_NUMBER}#`);
    gate.osdpReader.pressKeys(`${PIN}#`);
    const { bytes } = await gate.drive('osdp', true, from);
    await gate.drive('osdp', false, from);
    await gate.until('a green light', () => shown.light('green'));
    return { ok: bytes === BYTES.osdp, value: bytes, limit: BYTES.osdp, note: 'number and PIN, and a green light' };
  });
}

async function showInputs(gate: DriverGate, findings: Findings): Promise<void> {
  const { inputs } = gate.modbus.board(1);
  await findings.show('drivers.modbus_rex', async () => {
    const from = gate.driven.length;
    inputs[0] = true;
    const { bytes } = await gate.drive('rdm6300', true, from);
    inputs[0] = false;
    await gate.drive('rdm6300', false, from);
    return {
      ok: bytes.startsWith(BYTES.rdm6300),
      value: bytes,
      limit: BYTES.rdm6300,
      note: 'an exit button at a board',
    };
  });
  await findings.show('drivers.osdp_rex', async () => {
    const from = gate.driven.length;
    gate.osdpReader.setInput(0, true);
    const { bytes } = await gate.drive('osdp', true, from);
    gate.osdpReader.setInput(0, false);
    await gate.drive('osdp', false, from);
    return { ok: bytes === BYTES.osdp, value: bytes, limit: BYTES.osdp, note: 'an exit button at a reader' };
  });
  await findings.show('drivers.modbus_fire', async () => {
    const from = gate.driven.length;
    inputs[1] = true;
    const { bytes } = await gate.drive('rdm6300', true, from);
    inputs[1] = false;
    await gate.drive('rdm6300', false, from);
    return { value: bytes, note: 'unlocked until the fire input was quiet again' };
  });
}

async function showCover(gate: DriverGate, findings: Findings): Promise<void> {
  await findings.show('drivers.osdp_cover', async () => {
    const last = await gate.lastEntry();
    gate.osdpReader.setLocal({ tampered: true, powerFailed: false });
    const { event } = await gate.entry(last, (entry) => entry.event.kind === 'tamper', 'tamper');
    gate.osdpReader.setLocal({ tampered: false, powerFailed: false });
    await gate.entry(last, (entry) => entry.event.kind === 'tamper-ended', 'end of the tamper');
    return { value: event.kind, limit: 'tamper', note: 'part' in event ? event.part : '' };
  });
}

/** A key that was lost would be a reader that has to be taken off the wall. */
async function showRestart(gate: DriverGate, findings: Findings): Promise<void> {
  await findings.show('drivers.osdp_after_restart', async () => {
    await gate.restart();
    await gate.until('the secure channel', () => gate.gate.readers.installedReaders[0]?.link === 'up');
    const from = gate.driven.length;
    gate.present('osdp');
    const { bytes } = await gate.drive('osdp', true, from);
    await gate.drive('osdp', false, from);
    return {
      ok: bytes === BYTES.osdp,
      value: bytes,
      limit: BYTES.osdp,
      note: 'with the key that lies in the data folder',
    };
  });
}

/** What the OSDP reader is told to show. */
class Shown implements Disposable {
  readonly #commands: Command[] = [];
  readonly #heard: Disposable;

  constructor({ osdpReader }: DriverGate) {
    this.#heard = osdpReader.onCommand((command) => void this.#commands.push(command));
  }

  light(colour: LedColour): boolean {
    return this.#commands.some(
      (command) =>
        command.kind === 'led' && typeof command.temporary === 'object' && command.temporary.onColour === colour,
    );
  }

  [Symbol.dispose](): void {
    this.#heard[Symbol.dispose]();
  }
}
