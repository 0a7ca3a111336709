import * as z from 'zod';
import { isWeakKey } from '#core/access/issuerKey.ts';
import { millis } from '#core/kernel/units.ts';
import { BIAS_MAX } from '#drivers/camera/shim/metering.ts';
import { accessPointRules, accessSections, CAMERA_MODES, doorRules, turnstileOf } from './accessSchema.ts';
import { board, cardFormat, illuminator, inputs, osdpLine, reader, readerChoice } from './hardwareSchema.ts';
import { retention } from './retentionSchema.ts';
import { accessPointId, doorId, id, share, span } from './schemaParts.ts';

const handler = z.strictObject({ name: z.string().min(1).max(200), contact: z.string().min(1).max(200) });

const kiosk = z.strictObject({
  'access-point': accessPointId,
  language: z.enum(['zh-Hans', 'en']).default('zh-Hans'),
  preview: z.enum(['outline', 'mirror']).default('outline'),
  'pixel-pitch-mm': z.number().min(0.05).max(1).default(0.17),
  port: z.int().min(0).max(65_535).default(0),
  'idle-after-ms': span(5_000, 300_000).default(millis(30_000)),
  'outcome-ms': span(500, 30_000).default(millis(3_000)),
});

/** Only what is to differ from models.json, where the limits stand beside the models that they were measured with. */
const quality = z.strictObject({
  'face-width-min': z.number().min(20).max(2_000).optional(),
  'yaw-max': z.number().min(1).max(90).optional(),
  'pitch-max': z.number().min(1).max(90).optional(),
  'roll-max': z.number().min(1).max(90).optional(),
  'sharpness-min': z.number().min(0).max(10_000).optional(),
  'brightness-min': z.number().min(0).max(255).optional(),
  'brightness-max': z.number().min(0).max(255).optional(),
  'clipped-share-max': share.optional(),
});

const presentation = z.strictObject({
  'acquire-ms': span(1_000, 60_000).default(millis(8_000)),
  'look-ms': span(1_000, 60_000).default(millis(12_000)),
  'gone-ms': span(200, 10_000).default(millis(800)),
  'rest-ms': span(500, 60_000).default(millis(4_000)),
  'overlap-min': share.default(0.3),
});

const model = z.strictObject({
  task: z.enum(['detect', 'landmark', 'feature', 'liveness', 'pose']),
  file: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits'),
});

const biometrics = z.strictObject({
  'fpir-max': z.number().gt(0).max(1).default(0.003),
  'idle-frames-per-second': z.number().min(0.5).max(30).default(5),
  quality: quality.prefault({}),
  presentation: presentation.prefault({}),
  models: z.array(model).max(10).default([]),
});

const pin = z.strictObject({
  'tries-per-number': z.int().min(1).max(10).default(3),
  'tries-per-terminal': z.int().min(1).max(100).default(20),
  'window-ms': span(10_000, 86_400_000).default(millis(300_000)),
});

const DAY_MS = 86_400_000;

const passes = z.strictObject({
  issuers: z
    .array(
      z
        .string('64 lower-case hex digits, in quotes')
        .regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits: the public key that `npm run passes -- new-key` prints')
        .refine((key) => !isWeakKey(key), 'a public key that only its holder can sign for'),
    )
    .max(8)
    .default([])
    .describe('Ed25519 public keys of whoever may make out QR passes; with none, passes are no way in'),
  'longest-ms': span(60_000, 7 * DAY_MS)
    .default(millis(DAY_MS))
    .describe('a pass that is made out for longer is refused'),
});

const door = z.strictObject({
  id: doorId,
  lock: z.enum(['fail-secure', 'fail-safe']),
  board: id,
  channel: z.int().min(1).max(32),
  'unlock-ms': span(200, 60_000).default(millis(5_000)),
  'held-open-ms': span(1_000, 3_600_000).default(millis(30_000)),
  inputs,
  ...doorRules,
});

/** Pixels that two share a colour with: sizes are even. */
const side = z.int().min(64).max(4_096).multipleOf(2);

const libcamera = {
  id: z.string().max(400).default(''),
  width: side.default(1_280),
  height: side.default(720),
  format: z.enum(['NV12', 'YUYV', 'MJPG', 'RGB3', 'BGR3']).optional(),
  'frames-per-second': z.number().min(1).max(120).default(30),
  'idle-frames-per-second': z.number().min(1).max(120).default(5),
  rotation: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]).default(0),
  mirror: z.boolean().default(false),
  'exposure-us': z.int().min(10).max(1_000_000).optional().describe('automatic without a word'),
  gain: z.number().min(1).max(64).optional().describe('a factor; automatic without a word'),
  'exposure-bias-stops': z
    .number()
    .min(-BIAS_MAX)
    .max(BIAS_MAX)
    .optional()
    .describe('more or less than the automatic exposure finds, while no face is looked at'),
  'white-balance-kelvin': z.int().min(2_000).max(10_000).optional().describe('automatic without a word'),
  illuminator: illuminator.optional(),
};

const camera = z.discriminatedUnion('driver', [
  z.strictObject({
    driver: z.literal('replay'),
    path: z.string().min(1),
    'frames-per-second': z.number().min(0.5).max(60).default(10),
  }),
  z.strictObject({ driver: z.literal('libcamera'), ...libcamera }),
  z.strictObject({ driver: z.literal('libcamera-files'), ...libcamera }),
  z.strictObject({ driver: z.literal('simulated') }),
  z.strictObject({ driver: z.literal('none') }),
]);

const zone = z.strictObject({
  left: share.default(0.15),
  top: share.default(0.05),
  right: share.default(0.85),
  bottom: share.default(0.95),
  'face-width-min': share.default(0.12),
  'margin-to-next': z.number().min(1).max(10).default(1.3),
});

const accessPoint = z.strictObject({
  id: accessPointId,
  name: z.string().min(1).max(80),
  door: doorId,
  // A new gate keeps its camera closed until somebody asks for it.
  mode: z.enum(CAMERA_MODES).default('tap-to-look'),
  camera: camera.default({ driver: 'none' }),
  zone: zone.prefault({}),
  reader: readerChoice,
  ...accessPointRules,
});

const path = z.string().min(1);

const rootPlace = z.discriminatedUnion('store', [
  z.strictObject({ store: z.literal('file'), path }),
  z.strictObject({ store: z.literal('tpm'), path, tcti: path.optional() }),
  // `path` is where what belongs to the secret lies: the epoch file, the copy for the recovery key.
  z.strictObject({ store: z.literal('systemd-credential'), path, name: z.string().regex(/^[A-Za-z0-9._-]{1,60}$/) }),
]);

/** A path alone is that of a key file. */
const key = z.preprocess((found) => (typeof found === 'string' ? { store: 'file', path: found } : found), rootPlace);

/** NV indices that the owner of a TPM may define; two neighbouring ones are used. */
const [NV_INDEX_MIN, NV_INDEX_MAX] = [0x0180_0000, 0x01bf_fffe];

const epoch = z.discriminatedUnion('store', [
  z.strictObject({ store: z.literal('file'), path }),
  z.strictObject({
    store: z.literal('tpm'),
    index: z.int().min(NV_INDEX_MIN).max(NV_INDEX_MAX),
    tcti: path.optional(),
  }),
]);

const ROTATION_DAYS = 365;

const backup = z.strictObject({
  folder: path,
  'every-hours': z.int().min(1).max(720).default(24),
  keep: z.int().min(1).max(1_000).default(14),
});

/** The configuration file as people write it. */
export const ConfigFile = z.strictObject({
  terminal: id,
  handler,
  data: z.string().min(1),
  key,
  epoch: epoch.optional(),
  escrow: z.array(path).max(8).default([]),
  rotation: z.strictObject({ days: z.int().min(1).max(3_650) }).default({ days: ROTATION_DAYS }),
  backup: backup.optional(),
  kiosk,
  biometrics: biometrics.prefault({}),
  retention: retention.prefault({}),
  pin: pin.prefault({}),
  passes: passes.prefault({}),
  boards: z.array(board).min(1).max(16),
  osdp: z.array(osdpLine).max(8).default([]),
  readers: z.array(reader).max(16).default([]),
  'card-formats': z.array(cardFormat).max(32).default([]),
  doors: z.array(door).max(16).default([]),
  turnstiles: z.array(turnstileOf(inputs)).max(8).default([]),
  'access-points': z.array(accessPoint).min(1).max(16),
  ...accessSections,
});
export type ConfigFile = z.infer<typeof ConfigFile>;
