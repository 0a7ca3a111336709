/// <reference lib="dom" />
import { describe, expect, test } from 'vitest';
import { KioskCommand } from '#contract/kioskCommand.ts';
import type { Screen } from '#contract/kioskView.ts';
import { KioskRig, shown } from './kioskRig.ts';
import { measure } from './measures.ts';
import { GLASSES, viewOf } from './views.ts';

const SCREENSHOTS = 'build/screenshots/kiosk';

const kiosk = new KioskRig();

const IDLE: Screen = { kind: 'idle' };
const LOOKING: Screen = {
  kind: 'looking',
  guidance: 'hold-still',
  progress: 0.4,
  outline: { x: 0.3, y: 0.3, width: 0.3, height: 0.4 },
};
const PIN: Screen = { kind: 'pin', entering: 'pin', digits: 3, checking: false };
const DENIED: Screen = { kind: 'denied', reason: 'not-recognised' };

describe('every touch says one thing', () => {
  test('of a way in, a cancel, a digit or a document', async () => {
    const touches: readonly [button: string, screen: Screen, command: KioskCommand][] = [
      ['Face Touch to open the camera.', IDLE, { kind: 'use-face' }],
      ['Card Hold it to the reader at any time.', IDLE, { kind: 'use-card' }],
      ['PIN Personal number, then PIN.', IDLE, { kind: 'use-pin' }],
      ['Cancel', LOOKING, { kind: 'cancel' }],
      ['Back', { kind: 'granted', by: 'card' }, { kind: 'cancel' }],
      ['Face', DENIED, { kind: 'use-face' }],
      ['Card', DENIED, { kind: 'use-card' }],
      ['PIN', DENIED, { kind: 'use-pin' }],
      ['Back', DENIED, { kind: 'cancel' }],
      ['Cancel', { kind: 'card', thenFace: false }, { kind: 'cancel' }],
      ['8', PIN, { kind: 'press-digit', digit: 8 }],
      ['0', PIN, { kind: 'press-digit', digit: 0 }],
      ['Erase', PIN, { kind: 'erase-digit' }],
      ['Cancel', PIN, { kind: 'cancel' }],
      ['OK', PIN, { kind: 'confirm' }],
      ['Close', { kind: 'document', document: 'policy' }, { kind: 'close-document' }],
    ];
    for (const [index, [button, screen, command]] of touches.entries()) {
      await kiosk.show(shown({ screen }, `Door ${index}`));
      await kiosk.page.getByRole('button', { name: button, exact: true }).click();
      expect(await kiosk.heard(1), `${button} on ${screen.kind}`).toEqual([KioskCommand.parse(command)]);
    }
  });

  test('of a pass, where passes are taken, and to a keyboard as well', async () => {
    for (const screen of [IDLE, DENIED]) {
      await kiosk.show(shown({ screen, pass: false }, `Without ${screen.kind}`));
      expect(await kiosk.page.getByRole('button', { name: /^QR pass/ }).count()).toBe(0);
      await kiosk.show(shown({ screen, pass: true }, `With ${screen.kind}`));
      await kiosk.page.getByRole('button', { name: /^QR pass/ }).focus();
      await kiosk.page.keyboard.press('Enter');
      expect(await kiosk.heard(1)).toEqual([{ kind: 'use-pass' }]);
    }
    await kiosk.show(shown({ screen: { kind: 'pass', thenFace: false, hint: 'show' }, pass: true }, 'Pass'));
    expect(await kiosk.page.getByRole('status').textContent()).toContain('Show your pass');
    await kiosk.page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await kiosk.page.keyboard.press('Escape');
    expect(await kiosk.heard(2)).toEqual([{ kind: 'cancel' }, { kind: 'cancel' }]);
  });

  test('language, notice and policy are one tap away on every screen, and the language changes by command alone', async () => {
    for (const [index, screen] of [
      IDLE,
      LOOKING,
      PIN,
      DENIED,
      { kind: 'document', document: 'notice' } as const,
    ].entries()) {
      await kiosk.show(shown({ screen }, `Door ${index}`));
      for (const name of ['Notice', 'Privacy policy', '简体中文'])
        await kiosk.page.getByRole('button', { name, exact: true }).click();
      expect(await kiosk.heard(3)).toEqual([
        { kind: 'open-document', document: 'notice' },
        { kind: 'open-document', document: 'policy' },
        { kind: 'choose-language', language: 'zh-Hans' },
      ]);
      expect(await kiosk.page.locator('html').getAttribute('lang')).toBe('en');
    }
  });

  test('a gate whose face way is out of order says so and has no face to touch, and card and PIN as ever', async () => {
    await kiosk.show(shown({ face: 'out-of-order', screen: IDLE }));
    expect(await kiosk.page.getByRole('button', { name: /^Face.*out of order/i }).isDisabled()).toBe(true);
    await kiosk.page.getByRole('button', { name: /^Card/ }).click();
    expect(await kiosk.heard(1)).toEqual([{ kind: 'use-card' }]);
  });

  test('where a face is no way in, nothing speaks of faces', async () => {
    await kiosk.show(shown({ face: 'none', screen: IDLE }));
    expect(await kiosk.page.getByRole('button', { name: /^Face/ }).count()).toBe(0);
    expect(await kiosk.page.getByRole('button', { name: /^PIN/ }).count()).toBe(1);
  });

  test('a keyboard alone is enough: Tab and Enter press the first way in, digits reach the pad, Escape leaves', async () => {
    await kiosk.show(shown({ screen: IDLE }));
    await kiosk.page.keyboard.press('Tab');
    expect(await kiosk.page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).toBe('solid');
    await kiosk.page.keyboard.press('Enter');
    expect(await kiosk.heard(1)).toEqual([{ kind: 'use-face' }]);
    await kiosk.show(shown({ screen: PIN }));
    await kiosk.page.keyboard.type('42');
    await kiosk.page.keyboard.press('Enter');
    await kiosk.page.keyboard.press('Escape');
    expect(await kiosk.heard(4)).toEqual([
      { kind: 'press-digit', digit: 4 },
      { kind: 'press-digit', digit: 2 },
      { kind: 'confirm' },
      { kind: 'cancel' },
    ]);
  });
});

test.each([
  { pass: false, ways: 3 },
  { pass: true, ways: 4 },
])('the $ways ways in are of one size', async ({ pass, ways: offered }) => {
  await kiosk.show(shown({ screen: IDLE, pass }, `Ways ${offered}`));
  const boxes = await kiosk.page
    .locator('.way')
    .evaluateAll((ways) =>
      ways
        .map((way) => way.getBoundingClientRect())
        .map(({ width, height }) => [Math.round(width), Math.round(height)]),
    );
  expect(new Set(boxes.map(String))).toHaveLength(1);
  expect(boxes).toHaveLength(offered);
});

test('cancelling a PIN is as large as confirming it', async () => {
  await kiosk.show(shown({ screen: PIN }));
  const [cancel, confirm] = await Promise.all(
    ['.key-cancel', '.key-confirm'].map((key) => kiosk.page.locator(key).boundingBox()),
  );
  expect([cancel?.width, cancel?.height]).toEqual([confirm?.width, confirm?.height]);
});

test.each([3 / 4, 4 / 3])(
  'a face keeps its shape before a camera whose pictures are %s as wide as high',
  async (aspect) => {
    const outline = { x: 0.4, y: 0.4, width: 0.2, height: 0.2 };
    await kiosk.show(shown({ screen: { kind: 'looking', guidance: 'hold-still', progress: 0, outline, aspect } }));
    const oval = await kiosk.page.locator('.head').evaluate((head) => {
      const { width, height } = head.getBoundingClientRect();
      return width / height;
    });
    // The oval goes round the head: 1.08 of the box's width and 1.2 of its height.
    expect(oval).toBeCloseTo((aspect * 1.08) / 1.2, 1);
  },
);

test('a reload in the middle of an access shows the same picture', async () => {
  await kiosk.show(shown({ door: 'unlocked', screen: { kind: 'granted', by: 'face' } }));
  const before = await kiosk.page.locator('#kiosk').innerHTML();
  await kiosk.page.reload();
  await kiosk.page.locator('main[data-screen=granted]').waitFor();
  expect(await kiosk.page.locator('#kiosk').innerHTML()).toBe(before);
});

test('a view that is none of ours is dropped and the last good picture stays', async () => {
  await kiosk.show(shown({ screen: PIN }));
  const before = await kiosk.page.locator('#kiosk').innerHTML();
  kiosk.server.sendRaw('{ half');
  kiosk.server.sendRaw(JSON.stringify({ ...shown({ screen: { kind: 'granted', by: 'face' } }), name: 'Zhang Wei' }));
  kiosk.server.sendRaw(JSON.stringify({ ...shown({ screen: { kind: 'granted', by: 'face' } }), version: 2 }));
  kiosk.server.sendRaw(new Uint8Array([1, 2, 3]));
  // One that counts, sent after them, shows that they have all been read.
  kiosk.server.sendRaw(JSON.stringify(shown({ screen: { ...PIN, digits: 4 } })));
  await kiosk.page.getByRole('img', { name: '4 digits' }).waitFor();
  expect(
    (await kiosk.page.locator('#kiosk').innerHTML()).replaceAll('4 digits', '3 digits').replace('<span></span>', ''),
  ).toBe(before);
  expect(await kiosk.page.content()).not.toContain('Zhang');
});

test('while the terminal is away the screen says so in both languages, and it is back by itself', async () => {
  await kiosk.show(shown({ screen: IDLE }));
  await kiosk.page.evaluate(() => {
    // Kept from calling again, so that the picture of an absent terminal can be looked at.
    const { WebSocket: Real } = window;
    const held = Object.assign(window, { away: true });
    function Held(url: string): WebSocket {
      return new Real(held.away ? url.replace('/kiosk/socket', '/nowhere') : url);
    }
    Object.assign(window, { WebSocket: Object.assign(Held, { OPEN: Real.OPEN }) });
  });
  kiosk.server.hangUp();
  await kiosk.page.getByText('One moment').waitFor();
  await kiosk.page.getByText('请稍候').waitFor();
  for (const glass of GLASSES) {
    await kiosk.page.setViewportSize(glass);
    await kiosk.page.evaluate(
      (mm) => document.documentElement.style.setProperty('--mm', `${mm}px`),
      1 / glass.pixelPitchMm,
    );
    await kiosk.page.screenshot({ path: `${SCREENSHOTS}/${glass.name}-away.png` });
    const { overflows, capitals } = await kiosk.page.evaluate(measure);
    expect(overflows).toEqual([]);
    expect(Math.min(...capitals) * glass.pixelPitchMm).toBeGreaterThanOrEqual(12);
  }
  await kiosk.page.evaluate(() => Object.assign(window, { away: false }));
  await kiosk.page.locator('main[data-screen=idle]').waitFor({ timeout: 15_000 });
});

test('the longest texts that a view may hold still leave every button on the screen', async () => {
  for (const [index, glass] of GLASSES.entries()) {
    await kiosk.page.setViewportSize(glass);
    const handler = { name: 'N'.repeat(200), contact: 'c'.repeat(200) };
    const accessPoint = `${index}${'W'.repeat(79)}`;
    const screen: Screen = { kind: 'denied', reason: 'gate-fault' };
    await kiosk.show({ ...viewOf({ screen }, { language: 'en', glass, accessPoint }), handler });
    expect((await kiosk.page.evaluate(measure)).overflows).toEqual([]);
  }
});

test('granted and denied sound different, once each, and a reload sounds nothing', async () => {
  await kiosk.page.addInitScript(() => {
    const heardHertz: number[] = [];
    const tone = () => ({
      frequency: {
        set value(hertz: number) {
          heardHertz.push(hertz);
        },
      },
      connect: (next: unknown) => next,
      start() {},
      stop() {},
    });
    const volume = () => ({
      gain: { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} },
      connect: (next: unknown) => next,
    });
    class SilentAudio {
      currentTime = 0;
      resume = () => Promise.resolve();
      createOscillator = tone;
      createGain = volume;
    }
    Object.assign(window, { AudioContext: SilentAudio, heardHertz });
  });
  const notes = (): Promise<number[]> =>
    kiosk.page.evaluate(() => (window as unknown as { heardHertz: number[] }).heardHertz.splice(0));
  await kiosk.show(shown({ screen: IDLE }));
  await kiosk.show(shown({ screen: { kind: 'granted', by: 'pin' } }, 'One'));
  await kiosk.show(shown({ screen: { kind: 'granted', by: 'pin' } }, 'Two'));
  const granted = await notes();
  await kiosk.show(shown({ screen: DENIED }));
  const denied = await notes();
  expect(granted).toHaveLength(2);
  expect(granted[1]).toBeGreaterThan(granted[0]!);
  expect(denied).toHaveLength(2);
  expect(denied[1]).toBeLessThan(denied[0]!);
  await kiosk.page.reload();
  await kiosk.page.locator('main[data-screen=denied]').waitFor();
  expect(await notes()).toEqual([]);
});

test('guidance and outcomes are said to a reader of the screen', async () => {
  await kiosk.show(shown({ screen: LOOKING }));
  const spoken = kiosk.page.getByRole('status');
  expect(await spoken.textContent()).toBe('Hold still. Just for a moment.');
  await kiosk.show(shown({ screen: { kind: 'granted', by: 'face' } }));
  expect(await spoken.textContent()).toBe('Come in. The door is unlocked.');
});

test('in Electron the preload is the line, and what it hands over is read as strictly', async () => {
  await kiosk.page.addInitScript(() => {
    const line = { sent: [] as unknown[], onView: undefined as ((view: unknown) => void) | undefined };
    const lintel = {
      subscribe: (onView: (view: unknown) => void) => {
        line.onView = onView;
        return () => {};
      },
      send: (command: unknown) => line.sent.push(command),
    };
    Object.assign(window, { lintel, line });
  });
  await kiosk.page.goto(kiosk.address);
  const hand = (view: object): Promise<void> =>
    kiosk.page.evaluate(
      (handed) => (window as unknown as { line: { onView(view: unknown): void } }).line.onView(handed),
      view,
    );
  await hand(shown({ screen: PIN }));
  await hand({ ...shown({ screen: IDLE }), name: 'Zhang Wei' });
  await kiosk.page.locator('main[data-screen=pin]').waitFor();
  await kiosk.page.getByRole('button', { name: '5', exact: true }).click();
  expect(await kiosk.page.evaluate(() => (window as unknown as { line: { sent: unknown[] } }).line.sent)).toEqual([
    { kind: 'press-digit', digit: 5 },
  ]);
});
