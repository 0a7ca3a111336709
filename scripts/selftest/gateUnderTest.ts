import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { KioskCommand } from '#contract/kioskCommand.ts';
import type { KioskView } from '#contract/kioskView.ts';
import type { DoorConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import type { RecordedEntry } from '#core/journal/entry.ts';
import { assert } from '#core/kernel/assert.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { elapsed, type Millis, type Monotonic, type WallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DoorInput, RelayLevel } from '#core/ports/hardware.ts';
import { EMPTY_SCENE, type SimulatedCamera } from '#drivers/camera/simulatedCamera.ts';
import type { LcusEmulator } from '#drivers/relay/lcusEmulator.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { openGate, type OpenGate } from '#service/openGate.ts';
import type { ProgramFolders } from '#service/readConfig.ts';
import { DEMONSTRATION_CARD_FORMAT } from '#service/simulated/demonstration.ts';
import type { SimulatedWorld } from '#service/simulated/world.ts';
import type { ModelsFile } from '#vision/models/modelsFile.ts';
import { awaited } from './awaited.ts';

/** How long one thing that is waited for may take: a presentation is over within a second on an idle machine. */
export const STEP_MS_MAX = 15_000;
/** One frame may be in work, and another on its way. */
const IN_WORK_MS = 400;
const ENTRIES_MAX = 1_000;

export interface GateUnderTestParts {
  readonly config: TerminalConfig;
  readonly models: ModelsFile;
  readonly folders: ProgramFolders;
  /** Written over the first pixels of every frame. */
  readonly marker: Uint8Array;
}

/** What came out at the far end of the relay's line. */
export interface Received {
  readonly bytes: string;
  readonly level: RelayLevel;
  readonly at: Monotonic;
  readonly wall: WallTime;
  /** Bytes of the journal's file and WAL at that moment. */
  readonly journalBytes: number;
}

/** A simulated gate, with a hand on everything around it and an eye on what comes out. */
export class GateUnderTest {
  readonly received: Received[] = [];
  readonly config: TerminalConfig;
  readonly door: DoorConfig;
  readonly #open: OpenGate;
  readonly #clock: Clock;
  readonly #world: SimulatedWorld;
  readonly #camera: SimulatedCamera;
  readonly #emulator: LcusEmulator;
  readonly #wiring: Disposable[] = [];
  readonly #changes = new Listeners<[]>();
  #views = 0;
  #view: KioskView;

  private constructor(config: TerminalConfig, open: OpenGate, clock: Clock) {
    const { world, gate, endpoints } = open;
    const accessPoint = config.accessPoints.find(({ id }) => id === config.kiosk.accessPoint);
    const door = config.doors.find(({ id }) => id === accessPoint?.door);
    assert(
      accessPoint !== undefined && door !== undefined && world !== undefined,
      'the gate brought along is simulated',
    );
    const [camera, emulator] = [world.camera(accessPoint.id), world.emulator(door.board)];
    assert(camera !== undefined && emulator !== undefined, 'its camera and board are simulated');
    this.config = config;
    this.door = door;
    this.#open = open;
    this.#clock = clock;
    this.#world = world;
    this.#camera = camera;
    this.#emulator = emulator;
    this.#view = gate.terminal.kiosk.view;
    const heard = emulator.onReceived(({ bytes, level, at }) => {
      this.received.push({ bytes, level, at, wall: clock.wall(), journalBytes: this.journalBytes });
      this.#changes.tell();
    });
    const seen = endpoints.kiosk.subscribe(
      (view) => {
        this.#view = view;
        this.#views++;
        this.#changes.tell();
      },
      () => undefined,
    );
    this.#wiring.push(seen, heard);
  }

  /** @throws Fault of the part that stops the start */
  static async open({ marker, ...parts }: GateUnderTestParts): Promise<GateUnderTest> {
    const clock = new SystemClock();
    const open = await openGate({ ...parts, clock, random: new SystemRandom() });
    const gate = new GateUnderTest(parts.config, open, clock);
    gate.#camera.mark(marker);
    return gate;
  }

  get gate(): OpenGate['gate'] {
    return this.#open.gate;
  }

  get view(): KioskView {
    return this.#view;
  }

  /** Counts up whenever the screen is told something: each frame that was looked at is told. */
  get views(): number {
    return this.#views;
  }

  get now(): Monotonic {
    return this.#clock.monotonic();
  }

  get level(): RelayLevel {
    return this.#emulator.level(this.door.channel);
  }

  /** Asked for by name alone: SQLite's own descriptors of these files stay as they are. */
  get journalBytes(): number {
    const sizeOf = (file: string): number =>
      statSync(join(this.config.dataFolder, file), { throwIfNoEntry: false })?.size ?? 0;
    return sizeOf('journal.db') + sizeOf('journal.db-wal');
  }

  /** Resolves as soon as `holds`, looked at again whenever anything comes out of the gate. @throws Error after STEP_MS_MAX */
  until(what: string, holds: () => boolean): Promise<void> {
    const late = (): Error => new Error(`not within ${STEP_MS_MAX} ms: ${what}`);
    return awaited(this.#changes, holds, { withinMs: STEP_MS_MAX, late });
  }

  show(scene: string): void {
    this.#camera.show(scene);
  }

  /** Something that is made anew each time it is held up, say a pass. */
  async holdUp(scene: string): Promise<void> {
    const { simulator } = this.#open.endpoints;
    using _moved = simulator?.subscribe(
      () => this.#changes.tell(),
      () => undefined,
    );
    simulator?.command({ kind: 'choose-scene', scene });
    await this.until(`${scene} before the camera`, () => this.#camera.scene === scene);
  }

  command(command: KioskCommand): void {
    this.#open.endpoints.kiosk.command(command);
  }

  showCard(number: string): void {
    const [accessPoint] = this.config.accessPoints;
    assert(accessPoint !== undefined, 'the gate brought along has an access point');
    this.#world.reader(accessPoint.id).show({ format: DEMONSTRATION_CARD_FORMAT, number });
  }

  typePin(personalNumber: string, pin: string): void {
    this.command({ kind: 'use-pin' });
    for (const digits of [personalNumber, pin]) {
      for (const digit of digits) this.command({ kind: 'press-digit', digit: Number(digit) });
      this.command({ kind: 'confirm' });
    }
  }

  setInput(input: DoorInput, active: boolean): void {
    this.#world.inputs(this.door).set(input, active);
  }

  /** Somebody goes through and shuts the door: the strike locks when it opens, and is told so again when it shuts. */
  async goThrough(): Promise<void> {
    this.setInput('contact', true);
    await this.until('the strike locks behind whoever goes through', () => this.level === 'de-energised');
    const heard = this.received.length;
    this.setInput('contact', false);
    await this.until('the strike is locked once more', () => this.received.length > heard);
  }

  /** Nobody stands there any more, and the screen shows nothing of what was. */
  clear(): void {
    this.show(EMPTY_SCENE);
    this.command({ kind: 'cancel' });
  }

  /** The same, and no frame of whoever stood there is in work any more. */
  async vacate(): Promise<void> {
    this.clear();
    await this.#frames(IN_WORK_MS);
  }

  /** The same, for so long that whoever comes next is somebody new. */
  async leave(): Promise<void> {
    this.clear();
    await this.#frames(this.config.biometrics.presentation.goneMs + IN_WORK_MS);
  }

  async #frames(forMs: number): Promise<void> {
    const since = this.now;
    if (this.view.cameraOn) await this.until('frames of the empty place', () => elapsed(since, this.now) > forMs);
  }

  /** How the screen showed that an access ended, and after how long. */
  async outcome(since: Monotonic): Promise<{ screen: KioskView['screen']; afterMs: Millis }> {
    await this.until(
      'granted or denied',
      () => this.view.screen.kind === 'granted' || this.view.screen.kind === 'denied',
    );
    return { screen: this.view.screen, afterMs: elapsed(since, this.now) };
  }

  /** Entries of the journal after the one with this number. */
  entriesAfter(last: number): Promise<readonly RecordedEntry[]> {
    return this.gate.storage.journal.read((last + 1) as JournalId, ENTRIES_MAX);
  }

  async lastEntry(): Promise<number> {
    return (await this.entriesAfter(0)).at(-1)?.id ?? 0;
  }

  async close(): Promise<void> {
    for (const wire of this.#wiring) wire[Symbol.dispose]();
    await this.#open.close();
  }
}
