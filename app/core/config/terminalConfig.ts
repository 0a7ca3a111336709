import type { QualityLimits } from '../biometrics/quality.ts';
import type { CaptureZone } from '../biometrics/selectPresenter.ts';
import type { AccessConfig, SirenConfig, TurnstileConfig } from './accessConfig.ts';
import type { PinLimits } from '../access/pinTries.ts';
import type { DoorTimings } from '../door/door.ts';
import type { Lock } from '../door/lock.ts';
import type { Direction } from '../door/turnstile.ts';
import type { AccessPointId, DoorId } from '../kernel/ids.ts';
import type { Millis } from '../kernel/units.ts';
import type { CameraMode } from '../presentation/cameraMode.ts';
import type { PresentationLimits } from '../presentation/presentation.ts';
import type { Language } from '../privacy/consent.ts';
import type { RetentionRules } from '../privacy/retention.ts';
import type {
  BoardConfig,
  IlluminatorConfig,
  InputsConfig,
  KeyboardReaderConfig,
  OsdpLineConfig,
  ReaderChoice,
  SerialReaderConfig,
} from './hardwareConfig.ts';

export type { BoardConfig } from './hardwareConfig.ts';

/** The whole of a terminal, as parsed: everything in it has been checked. */
export interface TerminalConfig {
  /** Runs simulated and replayed drivers, in a data folder of their own; never beside a real strike. */
  readonly simulated: boolean;
  readonly terminal: string;
  readonly handler: HandlerConfig;
  readonly dataFolder: string;
  readonly keys: KeysConfig;
  /** Absent where no backups are made by themselves. */
  readonly backup?: BackupConfig;
  readonly kiosk: KioskConfig;
  readonly biometrics: BiometricsConfig;
  readonly retention: RetentionRules;
  readonly pin: PinLimits;
  readonly passes: PassesConfig;
  readonly boards: readonly BoardConfig[];
  readonly osdpLines: readonly OsdpLineConfig[];
  readonly serialReaders: readonly SerialReaderConfig[];
  /** One at most; where an access point names it, that is the kiosk's. */
  readonly keyboardReaders: readonly KeyboardReaderConfig[];
  readonly doors: readonly DoorConfig[];
  readonly turnstiles: readonly TurnstileConfig<DoorConfig['inputs']>[];
  readonly siren?: SirenConfig;
  readonly accessPoints: readonly AccessPointConfig[];
  readonly access: AccessConfig;
}

/** Who may make out QR passes. */
export interface PassesConfig {
  /** Ed25519 public keys, lower-case hex of 32 bytes; with none, passes are no way in here. */
  readonly issuers: readonly string[];
  /** A pass that is made out for longer is refused. */
  readonly longestMs: Millis;
}

export interface KeysConfig {
  readonly root: RootPlace;
  readonly epoch: EpochPlace;
  /** Folders outside the terminal that hold copies of the keyring, sealed to the site's recovery key. */
  readonly escrow: readonly string[];
  /** Age at which the keys of the files, of signing and the epoch secret are changed by themselves. */
  readonly changeAfterMs: Millis;
}

export interface BackupConfig {
  /** Outside the data folder, and better outside the machine. It is never made. */
  readonly folder: string;
  readonly everyMs: Millis;
  /** How many verified ones stay there. */
  readonly keep: number;
}

/** Where the root secret lies. What belongs to it lies beside `path`: the epoch file, the copy for the recovery key. */
export type RootPlace =
  | { readonly kind: 'file'; readonly path: string }
  /** Sealed by the TPM; `path` holds what is sealed. `tcti`: how tpm2-tools reach it, where they do not find it. */
  | { readonly kind: 'tpm'; readonly path: string; readonly tcti?: string }
  | { readonly kind: 'systemd-credential'; readonly path: string; readonly name: string };

/** Where the epoch secret lies: outside the data folder, and outside every backup. */
export type EpochPlace =
  | { readonly kind: 'file'; readonly path: string }
  /** The first of three neighbouring NV indices: the secret and its next one, and the counter of the journal's anchor. */
  | { readonly kind: 'tpm'; readonly index: number; readonly tcti?: string };

/** The organisation responsible for the data, as notices name it. */
export interface HandlerConfig {
  readonly name: string;
  readonly contact: string;
}

export interface KioskConfig {
  readonly accessPoint: AccessPointId;
  readonly language: Language;
  readonly preview: 'outline' | 'mirror';
  /** Distance of two pixels of the screen in millimetres; text and targets are sized by it. */
  readonly pixelPitchMm: number;
  /** Loopback port of the plain service; 0 takes any free one. */
  readonly port: number;
  /** How long a screen waits for a touch before it is idle again. */
  readonly idleAfterMs: Millis;
  /** How long the outcome of an access is shown. */
  readonly outcomeMs: Millis;
}

export interface BiometricsConfig {
  /** Highest tolerated FPIR; with more people enrolled than that allows, a card comes first. 0..1 */
  readonly fpirMax: number;
  readonly quality: QualityLimits;
  readonly presentation: PresentationLimits;
  /** Detections a second while nobody is there. */
  readonly idleFramesPerSecond: number;
  /** Models used in place of the recipe's, by task. */
  readonly models: readonly ModelChoice[];
}

export interface ModelChoice {
  readonly task: string;
  readonly file: string;
  readonly sha256: string;
}

export interface DoorConfig {
  readonly id: DoorId;
  readonly lock: Lock;
  readonly board: string;
  readonly channel: number;
  readonly timings: DoorTimings;
  readonly inputs: InputsConfig;
}

export type CameraConfig =
  | { readonly driver: 'replay'; readonly path: string; readonly framesPerSecond: number }
  | LibcameraConfig
  | { readonly driver: 'simulated' }
  | { readonly driver: 'none' };

/** `libcamera-files` is the same driver over a test pattern or a folder of pictures, for simulated gates alone. */
export interface LibcameraConfig {
  readonly driver: 'libcamera' | 'libcamera-files';
  /** libcamera's name of it, or for files `pattern` or a folder; empty for the first camera that there is. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly format?: 'NV12' | 'YUYV' | 'MJPG' | 'RGB3' | 'BGR3';
  readonly framesPerSecond: number;
  readonly idleFramesPerSecond: number;
  /** Clockwise, as the picture is to be turned. */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly mirror: boolean;
  /** The only part of the picture that leaves the driver, in shares of its sides as it is seen. */
  readonly crop: Pick<CaptureZone, 'left' | 'top' | 'right' | 'bottom'>;
  readonly picture: PictureConfig;
  readonly illuminator?: IlluminatorConfig;
}

/** How the picture is to be taken; what is left out is the camera's own business. */
export interface PictureConfig {
  readonly exposureMicros?: number;
  /** A factor. */
  readonly gain?: number;
  /** Stops, more or less than the automatic exposure finds; a face that is looked at has its own. */
  readonly bias?: number;
  readonly whiteKelvin?: number;
}

export interface AccessPointConfig {
  readonly id: AccessPointId;
  readonly name: string;
  /** The door or turnstile that it opens. */
  readonly door: DoorId;
  /** Of a turnstile: which of its ways. */
  readonly direction?: Direction;
  /** Where no schedule of camera modes says otherwise. */
  readonly mode: CameraMode;
  readonly camera: CameraConfig;
  readonly zone: CaptureZone;
  readonly reader: ReaderChoice;
}
