import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeCard, H10301 } from '#core/access/cardFormat.ts';
import type { Credential, Validity } from '#core/access/credential.ts';
import type { RecordedEntry } from '#core/journal/entry.ts';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { CredentialId, JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { after, millis, wallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CardRead } from '#core/ports/hardware.ts';
import type { Random } from '#core/ports/random.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import type { ModbusEmulator } from '#drivers/modbus/emulator.ts';
import type { EmulatedReader } from '#drivers/reader/osdp/emulatedReader.ts';
import { digits, spelt } from '#drivers/serial/hex.ts';
import { assemble, type Gate } from '#service/assemble.ts';
import { readConfig, type ProgramFolders } from '#service/readConfig.ts';
import { createArgon2PinHasher } from '#storage/argon2PinHasher.ts';
import type { ModelsFile } from '#vision/models/modelsFile.ts';
import { awaited } from './awaited.ts';
import { configOf, openDevices, type Devices, type Road } from './driverDevices.ts';

/** How long one thing that is waited for may take, on a machine that does other things as well. */
const STEP_MS_MAX = 20_000;
const ENTRIES_MAX = 5_000;
const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
/** A card is held before a reader for so long, which looks for one more often than that. */
const HELD_MS = millis(400);

/** Whoever is enrolled has a card of each kind, all with numbers of their own, and a PIN. */
const TAG = Uint8Array.of(0x10, 0x00, 0x86, 0xf4, 0x44);
const UID = [0x04, 0xa2, 0x2b, 0x19];
const WIEGAND = { facility: 17n, number: 30_000n };
const OSDP = { facility: 17n, number: 30_001n };
export const PERSONAL_NUMBER = '4711';
export const PIN = '482913';

export interface DriverGateParts {
  /** Holds its lines, its configuration and its data. */
  readonly folder: string;
  readonly folders: ProgramFolders;
  readonly models: ModelsFile;
}

/** Something that a relay was told, as the board heard it. */
export interface Driven {
  readonly road: Road;
  readonly bytes: string;
  readonly energised: boolean;
}

/** A gate without anything simulated inside: drivers of every kind, with made-up devices at the far ends of their lines. */
export class DriverGate implements AsyncDisposable {
  readonly driven: Driven[] = [];
  readonly osdpReader: EmulatedReader;
  readonly modbus: ModbusEmulator;
  readonly #clock: Clock;
  readonly #devices: Devices;
  readonly #start: () => Promise<Gate>;
  #gate: Gate;
  readonly #changes = new Listeners<[]>();
  readonly #lastHeard = new Map<Road, string>();

  private constructor(start: () => Promise<Gate>, gate: Gate, { devices, clock }: { devices: Devices; clock: Clock }) {
    this.#start = start;
    this.#gate = gate;
    this.#devices = devices;
    this.#clock = clock;
    this.osdpReader = devices.osdpReader;
    this.modbus = devices.modbus;
    this.#listen();
  }

  /** @throws Fault of the part that stops the start */
  static async open({ folder, folders, models }: DriverGateParts): Promise<DriverGate> {
    const clock = new SystemClock();
    const random = new SystemRandom();
    const devices = await openDevices(folder, clock);
    try {
      const file = join(folder, 'gate.yaml');
      writeFileSync(file, configOf(devices.paths));
      const config = readConfig({ file, simulated: true, folder }, models);
      const start = (): Promise<Gate> => assemble({ config, models, modelsFolder: folders.models, clock, random });
      const gate = await start();
      await enrol(gate, clock, random);
      return new DriverGate(start, gate, { devices, clock });
    } catch (error) {
      await devices.close();
      throw error;
    }
  }

  /** What can be unplugged, by the name of what hangs on it. */
  get lines(): Devices['lines'] {
    return this.#devices.lines;
  }

  /** What the coil at the road's end does now. */
  energised(road: Road): boolean {
    const { lcus, modbus, kmtronic, numato } = this.#devices;
    const relays = { osdp: lcus, rdm6300: modbus.board(1).relays, pn532: kmtronic, wiegand: numato };
    return relays[road].level(1) === 'energised';
  }

  get gate(): Gate {
    return this.#gate;
  }

  /** The same gate anew, on its data; whatever hangs on its lines keeps its power. */
  async restart(): Promise<void> {
    await this.#gate.stop();
    this.#gate = await this.#start();
  }

  /** Holds the card of the road's kind before its reader, and takes it away again. */
  present(road: Road, known = true): void {
    const { rdm6300, pn532, wiegand } = this.#devices;
    const at = known ? 0 : 1;
    switch (road) {
      case 'osdp':
        return this.osdpReader.showCard(
          bitsOf(encodeCard(H10301, { ...OSDP, number: OSDP.number + BigInt(at * 100) })),
        );
      case 'rdm6300': {
        rdm6300.hold(TAG.with(4, TAG[4]! + at));
        this.#later(() => rdm6300.takeAway());
        return;
      }
      case 'pn532': {
        pn532.hold({ uid: UID.with(3, UID[3]! + at) });
        this.#later(() => pn532.takeAway());
        return;
      }
      case 'wiegand':
        return wiegand.present(encodeCard(H10301, { ...WIEGAND, number: WIEGAND.number + BigInt(at * 100) }));
    }
  }

  #later(act: () => void): void {
    this.#clock.at(after(this.#clock.monotonic(), HELD_MS), act);
  }

  entriesAfter(last: number): Promise<readonly RecordedEntry[]> {
    return this.#gate.storage.journal.read((last + 1) as JournalId, ENTRIES_MAX);
  }

  async lastEntry(): Promise<number> {
    return (await this.entriesAfter(0)).at(-1)?.id ?? 0;
  }

  /** Resolves once there is an entry like that behind `last`. @throws Fault `journal` */
  async entry(last: number, is: (entry: RecordedEntry) => boolean, what: string): Promise<RecordedEntry> {
    const until = performance.now() + STEP_MS_MAX;
    for (;;) {
      const found = (await this.entriesAfter(last)).find(is);
      if (found !== undefined) return found;
      if (performance.now() > until) {
        throw new Fault('journal', { thing: 'journal', found: `no ${what} within ${STEP_MS_MAX} ms`, expected: 'one' });
      }
      await new Promise((resolve) => void setTimeout(resolve, 20));
    }
  }

  /** Resolves once something is driven that is as wanted. @throws Fault `relay` */
  async until(what: string, is: () => boolean): Promise<void> {
    const fault = { thing: what, found: `nothing within ${STEP_MS_MAX} ms`, expected: 'that it comes' };
    const again = setInterval(() => this.#changes.tell(), 10);
    try {
      await awaited(this.#changes, is, { withinMs: STEP_MS_MAX, late: () => new Fault('relay', fault) });
    } finally {
      clearInterval(again);
    }
  }

  /** Resolves when the road's relay is driven so, by what comes after the first `from`. */
  async drive(road: Road, energised: boolean, from: number): Promise<Driven> {
    const find = (): Driven | undefined =>
      this.driven.slice(from).find((one) => one.road === road && one.energised === energised);
    await this.until(`relay of ${road} ${energised ? 'energised' : 'de-energised'}`, () => find() !== undefined);
    const found = find();
    assert(found !== undefined, 'it was awaited');
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gate.stop();
    await this.#devices.close();
  }

  #listen(): void {
    const { lcus, modbus, kmtronic, numato } = this.#devices;
    const heard = (road: Road, bytes: string, energised: boolean): void => {
      this.driven.push({ road, bytes, energised });
      this.#changes.tell();
    };
    lcus.onReceived(({ bytes, level }) => heard('osdp', bytes, level === 'energised'));
    modbus.onAsked(({ address, called, data }) => this.#lastHeard.set('rdm6300', spelt([address, called, ...data])));
    kmtronic.onHeard((bytes) => this.#lastHeard.set('pn532', spelt(bytes)));
    numato.onHeard((bytes) => this.#lastHeard.set('wiegand', Buffer.from(bytes).toString('latin1').trim()));
    const moves = [
      ['rdm6300', modbus.board(1).relays],
      ['pn532', kmtronic.relays],
      ['wiegand', numato.relays],
    ] as const;
    for (const [road, relays] of moves) {
      relays.onMove(({ channel, level }) => {
        if (channel === 1) heard(road, this.#lastHeard.get(road) ?? '', level === 'energised');
      });
    }
  }
}

async function enrol({ terminal }: Gate, clock: Clock, random: Random): Promise<void> {
  const pseudonym = random.hex(16) as Pseudonym;
  const validity: Validity = { from: clock.wall(), until: wallTime(clock.wall() + YEAR_MS) };
  const base = { pseudonym, state: 'active', validity } as const;
  const cards: readonly CardRead[] = [
    { format: 'uid', number: digits(TAG) },
    { format: 'uid', number: digits(UID) },
    ...[WIEGAND, OSDP].map(({ facility, number }) => ({
      format: 'H10301',
      number: ((facility << 16n) | number).toString(16).padStart(6, '0'),
    })),
  ];
  const pinHash = await createArgon2PinHasher().hash(PIN);
  const credentials: readonly Credential[] = [
    ...cards.map((card) => ({ ...base, kind: 'card' as const, ...card, id: random.hex(16) as CredentialId })),
    { ...base, kind: 'pin', personalNumber: PERSONAL_NUMBER, pinHash, id: random.hex(16) as CredentialId },
  ];
  const holder = { ...base, name: 'Made up', relation: 'staff', accessPoints: 'all' } as const;
  const outcome = await terminal.enrolment.enrol(holder, credentials);
  if (outcome.kind === 'enrolled') return;
  throw new Fault('config', { thing: 'made-up person', found: outcome.reason, expected: 'cards that nobody else has' });
}

/** Bits as a reader packs them into bytes, the last one filled up. */
function bitsOf(bits: string): { readonly bytes: Uint8Array; readonly count: number } {
  const filled = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  const bytes = Uint8Array.from(filled.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  return { bytes, count: bits.length };
}
