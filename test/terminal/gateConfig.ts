import type { OperatingPoint } from '#core/biometrics/operatingPoint.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { AccessPointId, DoorId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import type { CameraMode } from '#core/presentation/cameraMode.ts';
import { days, RETENTION_DEFAULTS } from '#core/privacy/retention.ts';

export const ENTRANCE = 'entrance' as AccessPointId;
export const FRONT = 'front' as DoorId;

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

export interface ConfigOptions {
  readonly mode?: CameraMode;
  readonly preview?: 'outline' | 'mirror';
  readonly fpirMax?: number;
}

/** A gate with one door and one access point, whose camera, reader and inputs are moved by hand. */
export function configOf({ mode = 'walk-up', preview = 'outline', fpirMax = 0.003 }: ConfigOptions): TerminalConfig {
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
    passes: { issuers: [], longestMs: days(1) },
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
    osdpLines: [],
    serialReaders: [],
    keyboardReaders: [],
    turnstiles: [],
    access: {
      specialDays: [],
      schedules: [],
      levels: [],
      areas: [],
      collectMs: millis(20_000),
      places: [{ accessPoint: ENTRANCE, factors: [], cameraModes: [], cameraMode: mode }],
      barriers: [{ door: FRONT }],
      alarms: {
        raised: ['forced-open', 'held-open', 'tamper', 'passage-forced', 'duress'],
        sounds: {
          siren: { alarms: [], forMs: millis(0) },
          readers: { alarms: [], forMs: millis(0) },
          kiosk: 'warning',
          warningMs: millis(10_000),
        },
      },
    },
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
