import type { Cardholder, Credential, Validity } from '#core/access/credential.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { Template } from '#core/biometrics/template.ts';
import type { DoorMode } from '#core/door/door.ts';
import type { AccessPointId, ConsentId, CredentialId, DoorId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { CameraMode } from '#core/presentation/cameraMode.ts';
import type { CardReader } from '#core/ports/hardware.ts';
import type { Consent } from '#core/privacy/consent.ts';
import { SimulatedCamera } from '#drivers/camera/simulatedCamera.ts';
import { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import type { KeyboardReader } from '#drivers/reader/keyboardReader.ts';
import { SimulatedReader } from '#drivers/reader/simulatedReader.ts';
import { SimulatedBoard } from '#drivers/relay/simulatedBoard.ts';
import type { Barrier } from '#terminal/barrier.ts';
import { DoorController } from '#terminal/doorController.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { ModeDesk } from '#terminal/modeDesk.ts';
import { Recorder } from '#terminal/recorder.ts';
import { loadRoster } from '#terminal/loadedRoster.ts';
import { Terminal } from '#terminal/terminal.ts';
import { TurnstileController } from '#terminal/turnstileController.ts';
import { Rulebook } from '#core/access/rulebook.ts';
import type { KioskView } from '#contract/kioskView.ts';
import { configOf, ENTRANCE, FRONT, OPERATING } from './gateConfig.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { FakeEngine, fakeFace, featuresOf } from '../fakes/fakeEngine.ts';
import { FakeJournal } from '../fakes/fakeJournal.ts';
import { FakePeopleStore, idFrom } from '../fakes/fakePeopleStore.ts';
import { FakeDoorModes } from '../fakes/fakeDoorModes.ts';
import { FakePinHasher } from '../fakes/fakePinHasher.ts';
import { FakePinTries } from '../fakes/fakePinTries.ts';
import { FakeSpentPasses } from '../fakes/fakeSpentPasses.ts';
import { isSigned } from '../core/access/passes.ts';
import { FakeReceipts } from '../fakes/fakeReceipts.ts';

/** The holder whose face, card 0a and number 1001 with PIN 480213 the gate knows. */
export const HOLDER = idFrom<Pseudonym>('holder');
/** Whoever is not enrolled. */
export const NOBODY_WE_KNOW = 77;
const HOLDERS_FACE = 1;

export { configOf, OPERATING } from './gateConfig.ts';

export interface FixtureOptions {
  readonly mode?: CameraMode;
  readonly doorMode?: DoorMode;
  readonly preview?: 'outline' | 'mirror';
  readonly fpirMax?: number;
  /** From now to the end of the holder's face consent. */
  readonly consentMs?: number;
  /** Who else is enrolled before the gate starts. */
  readonly others?: readonly OtherPerson[];
  /** Who else is enrolled without a face. */
  readonly people?: readonly { readonly cardholder: Cardholder; readonly credentials: readonly Credential[] }[];
  /** What differs from the configuration of one door, say its rules. */
  readonly configured?: (config: TerminalConfig) => TerminalConfig;
  /** Reads the cards of the entrance in the place of the reader that is moved by hand. */
  readonly keyboard?: KeyboardReader;
  /** What has survived a restart. */
  readonly pinTries?: FakePinTries;
  readonly spentPasses?: FakeSpentPasses;
  readonly doorModes?: FakeDoorModes;
  readonly clock?: FakeClock;
  readonly journal?: FakeJournal;
}

export interface OtherPerson {
  readonly label: string;
  /** See FakeEngine: whose face it is. */
  readonly face: number;
  readonly consentMs: number;
  /** Of the template: without it the engine's own. */
  readonly format?: string;
}

const SIZE = { width: 640, height: 480 };
const scene = (id: string, marker: number) => ({
  id,
  picture: { ...SIZE, rgb: new Uint8Array(SIZE.width * SIZE.height * 3).fill(marker) },
});

/** A whole gate on moved time: real terminal, simulated hardware, fakes for what reads disks and looks at pixels. */
export class GateFixture {
  readonly receipts = new FakeReceipts();
  readonly clock: FakeClock;
  readonly health = new HealthBoard();
  readonly journal: FakeJournal;
  readonly engine = new FakeEngine();
  readonly people = new FakePeopleStore();
  readonly hasher = new FakePinHasher();
  readonly board: SimulatedBoard;
  readonly doorModes: FakeDoorModes;
  readonly pinTries: FakePinTries;
  readonly spentPasses: FakeSpentPasses;
  readonly modes: ModeDesk;
  readonly barriers = new Map<DoorId, Barrier>();
  readonly #inputs = new Map<DoorId, SimulatedInputs>();
  readonly #readers = new Map<AccessPointId, SimulatedReader>();
  readonly camera: SimulatedCamera;
  readonly recorder: Recorder;
  readonly mirrored: ('picture' | 'clear')[] = [];
  readonly config: TerminalConfig;
  terminal!: Terminal;

  private constructor(options: FixtureOptions) {
    const { configured = (config: TerminalConfig) => config } = options;
    this.config = configured(configOf(options));
    this.clock = options.clock ?? new FakeClock();
    this.journal = options.journal ?? new FakeJournal();
    this.recorder = new Recorder({ clock: this.clock, health: this.health });
    this.board = new SimulatedBoard({ name: 'board', channels: 8, clock: this.clock });
    this.pinTries = options.pinTries ?? new FakePinTries();
    this.spentPasses = options.spentPasses ?? new FakeSpentPasses();
    this.doorModes = options.doorModes ?? new FakeDoorModes();
    const scenes = [
      scene('holder', 11),
      scene('nobody-we-know', 12),
      scene('two', 13),
      scene('spoof', 14),
      scene('dark', 15),
      scene('pass', 16),
      scene('other-pass', 17),
    ];
    this.camera = new SimulatedCamera({ name: 'camera', clock: this.clock, scenes, size: SIZE });
    this.engine.show(11, [fakeFace({ person: HOLDERS_FACE })]);
    this.engine.show(12, [fakeFace({ person: NOBODY_WE_KNOW })]);
    const beside = { x: 430, y: 140, width: 190, height: 230 };
    this.engine.show(13, [fakeFace({ person: HOLDERS_FACE }), fakeFace({ person: NOBODY_WE_KNOW, box: beside })]);
    this.engine.show(14, [fakeFace({ person: HOLDERS_FACE, live: 0.1 })]);
    this.engine.show(15, [fakeFace({ person: HOLDERS_FACE, exposure: { mean: 10, clippedShare: 0 } })]);
    if (options.doorMode !== undefined) this.doorModes.write(FRONT, options.doorMode);
    for (const { id } of this.config.accessPoints) this.#readers.set(id, new SimulatedReader(id));
    const { clock, recorder, health, config } = this;
    const doors = [...config.doors, ...config.turnstiles].map(({ id }) => id);
    this.modes = new ModeDesk({ book: new Rulebook(config), doors, store: this.doorModes, clock, recorder });
    for (const { id, inputs } of [...config.doors, ...config.turnstiles]) {
      this.#inputs.set(id, new SimulatedInputs(id, inputs.fitted));
    }
    const shared = { clock, recorder, health };
    for (const door of config.doors) {
      const hung = { strike: this.board.strike(door.channel), inputs: this.inputsOf(door.id) };
      const mode = this.modes.modeOf(door.id);
      this.barriers.set(door.id, new DoorController({ config: door, ...hung, mode, ...shared }));
    }
    for (const turnstile of config.turnstiles) {
      const { entry, exit, arms } = turnstile.channels;
      const strikes = {
        entry: this.board.strike(entry),
        exit: this.board.strike(exit),
        ...(arms === undefined ? {} : { arms: this.board.strike(arms) }),
      };
      const hung = { strikes, inputs: this.inputsOf(turnstile.id), mode: this.modes.modeOf(turnstile.id) };
      this.barriers.set(turnstile.id, new TurnstileController({ config: turnstile, ...hung, ...shared }));
    }
  }

  inputsOf(door: DoorId): SimulatedInputs {
    return this.#inputs.get(door)!;
  }

  readerAt(accessPoint: AccessPointId): SimulatedReader {
    return this.#readers.get(accessPoint)!;
  }

  get inputs(): SimulatedInputs {
    return this.inputsOf(FRONT);
  }

  get reader(): SimulatedReader {
    return this.readerAt(ENTRANCE);
  }

  get door(): Barrier {
    return this.barriers.get(FRONT)!;
  }

  static async start(options: FixtureOptions = {}): Promise<GateFixture> {
    const gate = await GateFixture.assembled(options);
    gate.terminal.start();
    await gate.settle();
    return gate;
  }

  /** A gate whose terminal has not been started yet. */
  static async assembled(options: FixtureOptions = {}): Promise<GateFixture> {
    const gate = new GateFixture(options);
    await Promise.all([...gate.barriers.values()].map((barrier) => barrier.start()));
    const { consentMs = DAY_MS, others = [], people = [], keyboard } = options;
    for (const person of people) await gate.people.enrol(person);
    const now = gate.clock.wall();
    await gate.people.enrol({
      ...holderOf(now),
      face: gate.faceOf({ label: 'holder', face: HOLDERS_FACE, consentMs }),
    });
    for (const other of others) {
      const base = { pseudonym: idFrom<Pseudonym>(other.label), state: 'active', validity: dayFrom(now) } as const;
      const cardholder: Cardholder = { ...base, name: other.label, relation: 'staff', accessPoints: 'all' };
      await gate.people.enrol({ cardholder, credentials: [], face: gate.faceOf(other) });
    }
    gate.recorder.attach(gate.journal);
    gate.terminal = new Terminal({
      config: gate.config,
      operating: OPERATING,
      clock: gate.clock,
      random: { hex: (bytes) => idFrom<string>(`random ${gate.clock.monotonic()}`).slice(0, bytes * 2) },
      health: gate.health,
      recorder: gate.recorder,
      doors: gate.barriers,
      modes: gate.modes,
      pinTries: gate.pinTries,
      spentPasses: gate.spentPasses,
      isSignedPass: isSigned,
      engine: gate.engine,
      people: gate.people,
      journal: gate.journal,
      receipts: gate.receipts,
      roster: await loadRoster({
        people: gate.people,
        clock: gate.clock,
        health: gate.health,
        templateFormat: gate.engine.templateFormat,
      }),
      hasher: gate.hasher,
      readers:
        keyboard === undefined
          ? gate.#readers
          : new Map<AccessPointId, CardReader>([...gate.#readers, [ENTRANCE, keyboard]]),
      typedCards: keyboard,
      ...(gate.config.siren === undefined ? {} : { siren: gate.board.strike(gate.config.siren.channel) }),
      cameras: new Map([[ENTRANCE, gate.camera]]),
      mirror: { show: () => void gate.mirrored.push('picture'), clear: () => void gate.mirrored.push('clear') },
    });
    return gate;
  }

  get view(): KioskView {
    return this.terminal.kiosk.view;
  }

  get screen(): KioskView['screen'] {
    return this.view.screen;
  }

  get relay(): 'energised' | 'de-energised' {
    return this.board.level(1);
  }

  /** Entries without the one that every start makes. */
  get recorded(): readonly string[] {
    return this.journal.kinds.filter((kind) => kind !== 'terminal-started');
  }

  /** Lets what is under way come to rest; no time passes. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves time in the steps of the camera, and lets the gate come to rest after each. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      this.clock.advance(Math.min(100, ms - passed));
      await this.settle();
    }
  }

  /** Touches "use face" with a scene before the camera, and waits for the outcome. */
  async look(at: string): Promise<KioskView['screen']> {
    this.camera.show(at);
    this.terminal.kiosk.command({ kind: 'use-face' });
    await this.pass(500);
    return this.screen;
  }

  faceOf({ label, face, consentMs, format = this.engine.templateFormat }: OtherPerson): {
    consent: Consent;
    templates: Template[];
  } {
    const now = this.clock.wall();
    const pseudonym = idFrom<Pseudonym>(label);
    const consent: Consent = {
      id: idFrom<ConsentId>(`consent of ${label}`),
      pseudonym,
      purpose: 'face-access',
      textId: 'consent/en/1',
      textSha256: '0'.repeat(64),
      language: 'en',
      givenAt: now,
      endsAt: wallTime(now + consentMs),
      terminal: 'test-gate',
      actedBy: 'data-subject',
    };
    const record = {
      id: idFrom<TemplateId>(`template of ${label}`),
      pseudonym,
      consent: consent.id,
      until: consent.endsAt,
      format,
    };
    return { consent, templates: [new Template(record, featuresOf(face))] };
  }

  async type(digits: string): Promise<void> {
    for (const digit of digits) this.terminal.kiosk.command({ kind: 'press-digit', digit: Number(digit) });
    this.terminal.kiosk.command({ kind: 'confirm' });
    await this.settle();
  }
}

const DAY_MS = 24 * 3_600_000;
const dayFrom = (now: number): Validity => ({ from: wallTime(now - 1), until: wallTime(now + DAY_MS) });

function holderOf(now: number): { cardholder: Cardholder; credentials: Credential[] } {
  const base = { pseudonym: HOLDER, state: 'active', validity: dayFrom(now) } as const;
  return {
    cardholder: { ...base, name: 'A. Holder', relation: 'staff', accessPoints: 'all' },
    credentials: [
      { ...base, id: idFrom<CredentialId>('card'), kind: 'card', format: 'uid', number: '0a' },
      { ...base, id: idFrom<CredentialId>('pin'), kind: 'pin', personalNumber: '1001', pinHash: '$fake$0$480213' },
    ],
  };
}
