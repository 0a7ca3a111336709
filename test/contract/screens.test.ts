import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KIOSK_COMMAND_BYTES_MAX, KioskCommand, TYPED_CARD_CHARACTERS_MAX } from '#contract/kioskCommand.ts';
import { KioskView } from '#contract/kioskView.ts';
import { SimulatorCommand, SimulatorView } from '#contract/simulator.ts';

const VIEW: KioskView = {
  version: 1,
  language: 'zh-Hans',
  simulated: true,
  accessPoint: 'Front door',
  handler: { name: 'Example', contact: 'privacy@example.org' },
  face: 'tap',
  pass: false,
  typedCards: false,
  cameraOn: false,
  preview: 'outline',
  pixelPitchMm: 0.2,
  door: 'locked',
  sound: 'none',
  screen: { kind: 'idle' },
};
const refused = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  !schema.safeParse(value).success;

describe('what a screen may say', () => {
  const commands: KioskCommand[] = [
    { kind: 'use-face' },
    { kind: 'use-card' },
    { kind: 'use-pin' },
    { kind: 'use-pass' },
    { kind: 'press-digit', digit: 9 },
    { kind: 'erase-digit' },
    { kind: 'confirm' },
    { kind: 'cancel' },
    { kind: 'choose-language', language: 'en' },
    { kind: 'open-document', document: 'policy' },
    { kind: 'close-document' },
    { kind: 'card-typed', text: '\\'.repeat(TYPED_CARD_CHARACTERS_MAX) },
    { kind: 'card-misread' },
  ];

  it.each(commands)('is $kind, and it fits its limit', (command) => {
    expect(KioskCommand.parse(command)).toEqual(command);
    expect(JSON.stringify(command).length).toBeLessThan(KIOSK_COMMAND_BYTES_MAX);
  });

  it.each([
    { kind: 'press-digit', digit: 10 },
    { kind: 'press-digit', digit: -1 },
    { kind: 'press-digit', digit: 1.5 },
    { kind: 'press-digit', digit: '1' },
    { kind: 'press-digit' },
    { kind: 'unlock' },
    { kind: 'card-typed' },
    { kind: 'card-typed', text: '' },
    { kind: 'card-typed', text: '1'.repeat(TYPED_CARD_CHARACTERS_MAX + 1) },
    { kind: 'card-typed', text: '1234\n' },
    { kind: 'card-typed', text: '卡号' },
    { kind: 'card-typed', text: 77725727 },
    { kind: 'card-misread', text: '1' },
    { kind: 'use-face', holder: 'anna' },
    { kind: 'choose-language', language: 'fr' },
    { kind: 'open-document', document: '../../etc/passwd' },
    {},
    [],
    null,
    'use-face',
  ])('is nothing else: %j', (command) => {
    expect(refused(KioskCommand, command)).toBe(true);
  });

  it('is refused without an exception, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        const parsed = KioskCommand.safeParse(anything);
        if (parsed.success) expect(commands.map(({ kind }) => kind)).toContain(parsed.data.kind);
      }),
    );
  });
});

describe('what a screen is shown', () => {
  it.each<KioskView['screen']>([
    { kind: 'idle' },
    { kind: 'looking', guidance: 'come-closer', progress: 0 },
    { kind: 'looking', guidance: 'almost-done', progress: 1, outline: { x: 0.2, y: 0.1, width: 0.5, height: 0.6 } },
    { kind: 'granted', by: 'face' },
    { kind: 'denied', reason: 'not-recognised' },
    { kind: 'card', thenFace: true },
    { kind: 'pin', entering: 'pin', digits: 4, checking: true },
    { kind: 'document', document: 'notice' },
  ])('passes the border whole: $kind', (screen) => {
    const view = { ...VIEW, screen };
    expect(KioskView.parse(JSON.parse(JSON.stringify(view)))).toEqual(view);
  });

  it.each([
    ['a name', { ...VIEW, screen: { kind: 'granted', by: 'face', name: 'Anna' } }],
    ['a holder', { ...VIEW, holder: 'a pseudonym' }],
    ['a picture', { ...VIEW, screen: { kind: 'looking', guidance: 'hold-still', progress: 0, image: '/tmp/face' } }],
    ['a template', { ...VIEW, screen: { kind: 'idle', template: [0.1, 0.2] } }],
    ['the digits of a PIN', { ...VIEW, screen: { kind: 'pin', entering: 'pin', digits: '1234', checking: false } }],
    ['a text without end', { ...VIEW, accessPoint: 'x'.repeat(81) }],
    ['another version', { ...VIEW, version: 2 }],
    ['a progress beyond the whole', { ...VIEW, screen: { kind: 'looking', guidance: 'hold-still', progress: 1.1 } }],
  ])('cannot hold %s', (_, view) => {
    expect(refused(KioskView, view)).toBe(true);
  });
});

describe('the simulator page', () => {
  const view: SimulatorView = {
    version: 1,
    scenes: [],
    scene: '',
    cards: [],
    pins: [],
    relay: 'energised',
    relayBytes: [],
    line: 'up',
    contact: 'closed',
    fire: false,
    door: 'locked',
    journal: [],
    health: [],
  };

  it('can move the world and not the terminal', () => {
    expect(SimulatorCommand.parse({ kind: 'press-rex' })).toEqual({ kind: 'press-rex' });
    for (const command of [{ kind: 'unlock' }, { kind: 'use-face' }, { kind: 'show-card', card: 'x'.repeat(41) }]) {
      expect(refused(SimulatorCommand, command)).toBe(true);
    }
  });

  it('shows no more lines than it has room for', () => {
    expect(refused(SimulatorView, view)).toBe(false);
    expect(refused(SimulatorView, { ...view, journal: Array.from({ length: 21 }, () => 'entry') })).toBe(true);
  });
});
