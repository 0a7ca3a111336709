import * as z from 'zod/mini';

export const Language = z.enum(['zh-Hans', 'en']);
export type Language = z.infer<typeof Language>;

/** Documents that lie one tap away on every screen. */
export const DocumentName = z.enum(['notice', 'policy']);
export type DocumentName = z.infer<typeof DocumentName>;

/** What the person can do to be seen better. */
export const Guidance = z.enum([
  'step-in-front',
  'come-closer',
  'one-at-a-time',
  'look-straight',
  'hold-still',
  'too-dark',
  'too-bright',
  'uneven-light',
  'almost-done',
]);
export type Guidance = z.infer<typeof Guidance>;

/** Only what helps the person; the journal has the whole reason. */
export const DenialTold = z.enum([
  'not-recognised',
  'unknown-card',
  'pass-refused',
  'wrong-pin',
  'locked-out',
  'not-valid-now',
  'no-access-here',
  'door-closed-to-all',
  'gate-fault',
  'more-needed',
  'second-person',
  'other-door-open',
  'ask-staff',
]);
export type DenialTold = z.infer<typeof DenialTold>;

const Share = z.number().check(z.minimum(-1), z.maximum(2));

/** Where the face is, in shares of the picture as a mirror would show it: no pixel of it. */
export const Outline = z.strictObject({ x: Share, y: Share, width: Share, height: Share });
export type Outline = z.infer<typeof Outline>;

export const PERSONAL_NUMBER_DIGITS_MAX = 10;
export const PIN_DIGITS_MAX = 12;

export const Screen = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('idle') }),
  z.strictObject({
    kind: z.literal('looking'),
    guidance: Guidance,
    outline: z.optional(Outline),
    /** Width of the camera's picture by its height, so that the outline keeps its shape. Absent before the first one. */
    aspect: z.optional(z.number().check(z.minimum(0.2), z.maximum(5))),
    /** Usable frames so far, of those needed: 0..1. */
    progress: z.number().check(z.minimum(0), z.maximum(1)),
  }),
  z.strictObject({ kind: z.literal('granted'), by: z.enum(['face', 'card', 'pin', 'pass']) }),
  z.strictObject({ kind: z.literal('denied'), reason: DenialTold }),
  /** Waiting for a card. `thenFace`: the card only names whose face is to be compared. */
  z.strictObject({ kind: z.literal('card'), thenFace: z.boolean() }),
  /**
   * The camera is open to look for the code of a pass. `thenFace`: the pass only names whose face is to be compared.
   * `hint`: what is seen now is a code, and no pass.
   */
  z.strictObject({ kind: z.literal('pass'), thenFace: z.boolean(), hint: z.enum(['show', 'no-pass']) }),
  /** The pad counts digits and never shows them; `checking` while the PIN is being verified. */
  z.strictObject({
    kind: z.literal('pin'),
    entering: z.enum(['personal-number', 'pin']),
    digits: z.number().check(z.int(), z.minimum(0), z.maximum(PIN_DIGITS_MAX)),
    checking: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('document'), document: DocumentName }),
]);
export type Screen = z.infer<typeof Screen>;

/**
 * How the face way stands: `walk-up` and `tap` as configured, `card-first` also for galleries too large, `out-of-order` while
 * the camera or the models fail, `none` where a face is no way in.
 */
export const FaceWay = z.enum(['walk-up', 'tap', 'card-first', 'pass-first', 'out-of-order', 'none']);
export type FaceWay = z.infer<typeof FaceWay>;

/**
 * Everything that the screen shows but the mirror's pixels. It is sent whole each time, so that a screen may be reloaded
 * at any moment. It holds no name, picture, template or path.
 */
export const KioskView = z.strictObject({
  version: z.literal(1),
  language: Language,
  simulated: z.boolean(),
  accessPoint: z.string().check(z.maxLength(80)),
  handler: z.strictObject({ name: z.string().check(z.maxLength(200)), contact: z.string().check(z.maxLength(200)) }),
  face: FaceWay,
  /** Can a QR pass be shown to the camera? Where no issuer is named it is no way in at all. */
  pass: z.boolean(),
  /** Does a reader type its cards at this screen? Only there are keys held back, for as long as it takes to tell. */
  typedCards: z.boolean(),
  cameraOn: z.boolean(),
  preview: z.enum(['outline', 'mirror']),
  pixelPitchMm: z.number().check(z.gt(0), z.maximum(2)),
  door: z.enum(['locked', 'unlocked', 'open', 'held-open', 'forced-open']),
  /** Of the door, for as long as it stands here: a quiet warning before it is held open, or the alarm. */
  sound: z.enum(['none', 'warning', 'alarm']),
  screen: Screen,
});
export type KioskView = z.infer<typeof KioskView>;
