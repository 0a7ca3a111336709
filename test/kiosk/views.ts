import { DenialTold, FaceWay, Guidance, type KioskView, type Language, type Screen } from '#contract/kioskView.ts';

export interface Glass {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly pixelPitchMm: number;
}

/** 10.1 inches upright and 7 inches across: the two screens that the gate is laid out for. */
export const GLASSES: readonly Glass[] = [
  { name: 'portrait', width: 800, height: 1280, pixelPitchMm: 0.17 },
  { name: 'landscape', width: 1024, height: 600, pixelPitchMm: 0.15 },
];

export const LANGUAGES: readonly Language[] = ['zh-Hans', 'en'];

const OUTLINE = { x: 0.36, y: 0.22, width: 0.26, height: 0.44 };

export type Shown = Partial<KioskView> & { readonly screen: Screen };

/** Every picture that the kiosk can draw, by name. */
export const PICTURES: ReadonlyMap<string, Shown> = new Map<string, Shown>([
  ...FaceWay.options.map((face): [string, Shown] => [
    `idle-${face}`,
    { face, cameraOn: face === 'walk-up', screen: { kind: 'idle' } },
  ]),
  ...FaceWay.options.map((face): [string, Shown] => [
    `idle-with-pass-${face}`,
    { face, pass: true, cameraOn: face === 'walk-up', screen: { kind: 'idle' } },
  ]),
  ['idle-with-pass-held-open', { pass: true, door: 'held-open', screen: { kind: 'idle' } }],
  ['pass', { pass: true, cameraOn: true, screen: { kind: 'pass', thenFace: false, hint: 'show' } }],
  ['pass-then-face', { pass: true, cameraOn: true, screen: { kind: 'pass', thenFace: true, hint: 'show' } }],
  ['pass-foreign', { pass: true, cameraOn: true, screen: { kind: 'pass', thenFace: false, hint: 'no-pass' } }],
  ['idle-held-open', { door: 'held-open', screen: { kind: 'idle' } }],
  ['idle-unlocked', { door: 'unlocked', screen: { kind: 'idle' } }],
  ...Guidance.options.map((guidance): [string, Shown] => [`looking-${guidance}`, looking(guidance)]),
  ['looking-upright', upright(looking('hold-still'))],
  ['looking-mirror', { ...looking('hold-still'), preview: 'mirror' }],
  ['granted', { door: 'unlocked', screen: { kind: 'granted', by: 'face' } }],
  ...DenialTold.options.map((reason): [string, Shown] => [`denied-${reason}`, { screen: { kind: 'denied', reason } }]),
  ['denied-with-pass', { pass: true, screen: { kind: 'denied', reason: 'pass-refused' } }],
  ['card', { screen: { kind: 'card', thenFace: false } }],
  ['card-then-face', { face: 'card-first', screen: { kind: 'card', thenFace: true } }],
  ['pin-number', { screen: { kind: 'pin', entering: 'personal-number', digits: 4, checking: false } }],
  ['pin-empty', { screen: { kind: 'pin', entering: 'pin', digits: 0, checking: false } }],
  ['pin-full', { screen: { kind: 'pin', entering: 'pin', digits: 12, checking: false } }],
  ['pin-checking', { screen: { kind: 'pin', entering: 'pin', digits: 6, checking: true } }],
  ['notice', { screen: { kind: 'document', document: 'notice' } }],
  ['policy', { screen: { kind: 'document', document: 'policy' } }],
]);

function looking(guidance: Guidance): Shown {
  const nobody = guidance === 'step-in-front';
  const progress = nobody ? 0 : guidance === 'almost-done' ? 1 : 2 / 3;
  const screen: Screen = nobody
    ? { kind: 'looking', guidance, progress }
    : { kind: 'looking', guidance, progress, outline: OUTLINE };
  return { cameraOn: true, screen };
}

/** As before a camera that is mounted upright. */
function upright(shown: Shown): Shown {
  return shown.screen.kind === 'looking' ? { ...shown, screen: { ...shown.screen, aspect: 3 / 4 } } : shown;
}

export function viewOf(shown: Shown, about: { language: Language; glass: Glass; accessPoint: string }): KioskView {
  return {
    version: 1,
    language: about.language,
    simulated: true,
    accessPoint: about.accessPoint,
    handler: { name: 'Heron House Works', contact: 'privacy@heron.example, +86 21 5555 0100' },
    face: 'tap',
    pass: false,
    typedCards: false,
    cameraOn: false,
    preview: 'outline',
    pixelPitchMm: about.glass.pixelPitchMm,
    door: 'locked',
    sound: 'none',
    ...shown,
  };
}
