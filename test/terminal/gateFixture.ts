import type { Cardholder, Credential, Validity } from '#core/access/credential.ts';
import type { OperatingPoint } from '#core/biometrics/operatingPoint.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { Template } from '#core/biometrics/template.ts';
import type { DoorMode } from '#core/door/door.ts';
import type { AccessPointId, ConsentId, CredentialId, DoorId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import { millis, wallTime } from '#core/kernel/units.ts';
import type { CameraMode } from '#core/presentation/cameraMode.ts';
import type { Consent } from '#core/privacy/consent.ts';
import { days, RETENTION_DEFAULTS } from '#core/privacy/retention.ts';
import { SimulatedCamera } from '#drivers/camera/simulatedCamera.ts';
import { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import { SimulatedReader } from '#drivers/reader/simulatedReader.ts';
import { SimulatedBoard } from '#drivers/relay/simulatedBoard.ts';
import { DoorController } from '#terminal/doorController.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { Recorder } from '#terminal/recorder.ts';
import { Terminal } from '#terminal/terminal.ts';
import type { KioskView } from '#contract/kioskView.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { FakeEngine, fakeFace, featuresOf } from '../fakes/fakeEngine.ts';
import { FakeJournal } from '../fakes/fakeJournal.ts';
import { FakePeopleStore, idFrom } from '../fakes/fakePeopleStore.ts';
import { FakePinHasher } from '../fakes/fakePinHasher.ts';
import { FakeReceipts } from '../fakes/fakeReceipts.ts';

export const ENTRANCE = 'entrance' as AccessPointId;
export const FRONT = 'front' as DoorId;
/** The holder whose face, card 0a and number 1001 with PIN 480213 the gate knows. */
export const HOLDER = idFrom<Pseudonym>('holder');
/** Whoever is not enrolled. */
export const NOBODY_WE_KNOW = 77;
const HOLDERS_FACE = 1;

export const OPERATING: OperatingPoint = {
  detection: { scoreMin: 0.9 },
  pad: { meanMin: 0.5, frameMin: 0.2 },
  identification: {
    threshold: 0.55,
    margin: 0.05,
    framesAgreeing: 2,
    framesConsidered: 3,
    fpirByGallerySize: [{ people: 10, fpir: 0.003 }],
  },
  verification: { threshold: 0.45 },
};

export interface FixtureOptions {
  readonly mode?: CameraMode;
  readonly doorMode?: DoorMode;
  readonly preview?: 'outline' | 'mirror';
  readonly fpirMax?: number;
  /** From now to the end of the holder's face consent. */
  readonly consentMs?: number;
  /** Who else is enrolled before the gate starts. */
  readonly others?: readonly OtherPerson[];
}

export interface OtherPerson {
  readonly label: string;
  /** See FakeEngine: whose face it is. */
  readonly face: number;
  readonly consentMs: number;
  /** Of the template: without it the engine's own. */
  readonly format?: string;
}

export function configOf({ mode = 'walk-up', preview = 'outline', fpirMax = 0.003 }: FixtureOptions): TerminalConfig {
  return {
    simulated: true,
    terminal: 'test-gate',
    handler: { name: 'Test handler', contact: 'privacy@test.example' },
    dataFolder: '/nowhere',
    keys: {
      root: { kind: 'file', path: '/nowhere.key' },
      epoch: { kind: 'file', path: '/nowhere.key.epoch' },
      escrow: [],
      changeAfterMs: days(365),
    },
    kiosk: {
      accessPoint: ENTRANCE,
      language: 'en',
      preview,
      pixelPitchMm: 0.17,
      port: 0,
      idleAfterMs: millis(30_000),
      outcomeMs: millis(3_000),
    },
    biometrics: {
      fpirMax,
      idleFramesPerSecond: 5,
      models: [],
      quality: {
        faceWidthMin: 60,
        yawMax: 30,
        pitchMax: 30,
        rollMax: 30,
        sharpnessMin: 30,
        brightnessMin: 50,
        brightnessMax: 215,
        clippedShareMax: 0.35,
      },
      presentation: {
        framesConsidered: OPERATING.identification.framesConsidered,
        acquireMs: millis(8_000),
        lookMs: millis(12_000),
        goneMs: millis(800),
        restMs: millis(4_000),
        overlapMin: 0.3,
      },
    },
    retention: RETENTION_DEFAULTS,
    pin: { triesPerNumber: 3, triesPerTerminal: 20, windowMs: millis(300_000) },
    boards: [{ id: 'board', driver: 'simulated', channels: 1 }],
    doors: [
      {
        id: FRONT,
        lock: 'fail-secure',
        board: 'board',
        channel: 1,
        timings: { releaseMs: millis(5_000), heldOpenMs: millis(20_000) },
        inputs: { driver: 'simulated', fitted: ['contact', 'rex', 'fire'] },
      },
    ],
    accessPoints: [
      {
        id: ENTRANCE,
        name: 'Entrance',
        door: FRONT,
        mode,
        camera: { driver: 'simulated' },
        zone: { left: 0.1, top: 0.05, right: 0.9, bottom: 0.95, faceWidthMin: 0.12, marginToNext: 1.3 },
        reader: { driver: 'simulated' },
      },
    ],
  };
}

const SIZE = { width: 640, height: 480 };
const scene = (id: string, marker: number) => ({
  id,
  picture: { ...SIZE, rgb: new Uint8Array(SIZE.width * SIZE.height * 3).fill(marker) },
});

/** A whole gate on moved time: real terminal, simulated hardware, fakes for what reads disks and looks at pixels. */
export class GateFixture {
  readonly receipts = new FakeReceipts();
  readonly clock = new FakeClock();
  readonly health = new HealthBoard();
  readonly journal = new FakeJournal();
  readonly engine = new FakeEngine();
  readonly people = new FakePeopleStore();
  readonly hasher = new FakePinHasher();
  readonly board = new SimulatedBoard({ name: 'board', channels: 1, clock: this.clock });
  readonly inputs = new SimulatedInputs(FRONT, ['contact', 'rex', 'fire']);
  readonly reader = new SimulatedReader(ENTRANCE);
  readonly camera: SimulatedCamera;
  readonly recorder = new Recorder({ clock: this.clock, health: this.health });
  readonly mirrored: ('picture' | 'clear')[] = [];
  readonly config: TerminalConfig;
  readonly door: DoorController;
  terminal!: Terminal;

  private constructor(options: FixtureOptions) {
    this.config = configOf(options);
    const scenes = [
      scene('holder', 11),
      scene('nobody-we-know', 12),
      scene('two', 13),
      scene('spoof', 14),
      scene('dark', 15),
    ];
    this.camera = new SimulatedCamera({ name: 'camera', clock: this.clock, scenes, size: SIZE });
    this.engine.show(11, [fakeFace({ person: HOLDERS_FACE })]);
    this.engine.show(12, [fakeFace({ person: NOBODY_WE_KNOW })]);
    const beside = { x: 430, y: 140, width: 190, height: 230 };
    this.engine.show(13, [fakeFace({ person: HOLDERS_FACE }), fakeFace({ person: NOBODY_WE_KNOW, box: beside })]);
    this.engine.show(14, [fakeFace({ person: HOLDERS_FACE, live: 0.1 })]);
    this.engine.show(15, [fakeFace({ person: HOLDERS_FACE, exposure: { mean: 10, clippedShare: 0 } })]);
    const [doorConfig] = this.config.doors;
    this.door = new DoorController({
      config: doorConfig!,
      strike: this.board.strike(1),
      inputs: this.inputs,
      mode: options.doorMode ?? 'normal',
      clock: this.clock,
      recorder: this.recorder,
      health: this.health,
    });
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
    await gate.door.start();
    const { consentMs = DAY_MS, others = [] } = options;
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
      doors: new Map([[FRONT, gate.door]]),
      engine: gate.engine,
      people: gate.people,
      journal: gate.journal,
      receipts: gate.receipts,
      roster: await gate.people.load(),
      hasher: gate.hasher,
      readers: new Map([[ENTRANCE, gate.reader]]),
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
