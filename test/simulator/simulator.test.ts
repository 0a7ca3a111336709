import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { SimulatorCommand, SimulatorView } from '#contract/simulator.ts';
import { launchChromium } from '../kiosk/browser.ts';
import { builtPage, PageServer } from '../kiosk/pageServer.ts';
import { measure } from '../kiosk/measures.ts';

const SCREENSHOTS = 'build/screenshots/simulator';

let browser: Browser;
let server: PageServer;
let page: Page;
const broken: string[] = [];

const VIEW: SimulatorView = {
  version: 1,
  scenes: [
    { id: 'empty', label: 'Nobody' },
    { id: 'enrolled', label: 'The enrolled person, in another photograph' },
    { id: 'passer-1', label: 'A passer-by' },
    { id: 'passer-2', label: 'Another passer-by' },
    { id: 'two', label: 'Two people at once' },
    { id: 'dark', label: 'The enrolled person in the dark' },
    { id: 'print', label: 'A printed photograph' },
    { id: 'pass-once', label: 'A QR pass for one passage' },
    { id: 'pass-while-valid', label: 'A QR pass for ten minutes' },
    { id: 'pass-forged', label: 'A QR pass that somebody forged' },
    { id: 'code-of-a-menu', label: 'The QR code of a menu' },
  ],
  scene: 'enrolled',
  cards: [
    { id: 'good', label: 'Card of the enrolled person' },
    { id: 'expired', label: 'An expired card' },
    { id: 'unknown', label: 'A card that nobody has' },
  ],
  pins: [
    { label: 'Person A', personalNumber: '1001', pin: '483920' },
    { label: 'Person B', personalNumber: '1002', pin: '771034' },
  ],
  relay: 'energised',
  relayBytes: ['A0 01 00 A1', 'A0 01 01 A2', 'A0 01 00 A1', 'A0 01 01 A2'],
  line: 'up',
  contact: 'closed',
  fire: false,
  door: 'accessed',
  journal: Array.from({ length: 20 }, (_, index) => `09:41:${10 + index}  access-granted  front-entrance  face`),
  health: [
    { part: 'camera', level: 'ok', says: 'simulated, 5 frames a second' },
    {
      part: 'key',
      level: 'warning',
      says: 'The key lies in a file: whoever takes the whole disk has the key as well.',
    },
    { part: 'relay', level: 'failed', says: 'The line is cut.' },
  ],
};

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  server = new PageServer('simulator', await builtPage('simulator'));
  const address = await server.start();
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('console', (message) => message.type() === 'error' && broken.push(message.text()));
  page.on('pageerror', (error) => broken.push(error.message));
  await page.goto(address);
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

async function show(change: Partial<SimulatorView>): Promise<void> {
  const door = change.door ?? `door ${server.commands.length}`;
  server.show(SimulatorView.parse({ ...VIEW, ...change, door }));
  await page.getByText(door, { exact: true }).waitFor();
}

test('without a gate the page says so and waits', async () => {
  await page.getByText('The gate is not running').waitFor();
  await page.screenshot({ path: `${SCREENSHOTS}/away.png` });
});

test('it says plainly that the gate is simulated and the consents are made up', async () => {
  await show({});
  await page.getByText("This is a simulated gate. These people's consent is made up").waitFor();
});

test('it fits on a screen of 1280 x 800', async () => {
  await show({ door: 'accessed' });
  await page.screenshot({ path: `${SCREENSHOTS}/accessed.png` });
  const { overflows } = await page.evaluate(measure);
  expect(overflows.filter((line) => line.startsWith('page') || line.includes('cut off'))).toEqual([]);
  await show({
    door: 'standing-unlocked',
    fire: true,
    contact: 'open',
    line: 'down',
    relay: 'de-energised',
    scene: 'print',
    journal: [],
    relayBytes: [],
  });
  await page.screenshot({ path: `${SCREENSHOTS}/fire.png` });
});

test('journal and serial line stand as the gate tells them, newest first', async () => {
  await show({ door: 'locked', journal: ['newer', 'older'], relayBytes: ['A0 01 00 A1', 'A0 01 01 A2'] });
  expect(await page.locator('.lines li').allTextContents()).toEqual(['newer', 'older', 'A0 01 00 A1', 'A0 01 01 A2']);
});

test('every press does one thing to the world', async () => {
  const presses: readonly [
    role: 'button' | 'radio',
    name: string,
    change: Partial<SimulatorView>,
    command: SimulatorCommand,
  ][] = [
    ['radio', 'Another passer-by', {}, { kind: 'choose-scene', scene: 'passer-2' }],
    ['button', 'An expired card', {}, { kind: 'show-card', card: 'expired' }],
    ['button', 'Press exit button', {}, { kind: 'press-rex' }],
    ['button', 'Open the door', {}, { kind: 'set-contact', contact: 'open' }],
    ['button', 'Close the door', { contact: 'open' }, { kind: 'set-contact', contact: 'closed' }],
    ['button', 'Start fire alarm', {}, { kind: 'set-fire', active: true }],
    ['button', 'End fire alarm', { fire: true }, { kind: 'set-fire', active: false }],
    ['button', "Cut relay's line", {}, { kind: 'set-line', line: 'down' }],
    ['button', "Mend relay's line", { line: 'down' }, { kind: 'set-line', line: 'up' }],
  ];
  for (const [role, name, change, command] of presses) {
    await show(change);
    const before = server.commands.length;
    await page.getByRole(role, { name, exact: true }).click();
    await expect.poll(() => server.commands.length).toBe(before + 1);
    expect(SimulatorCommand.parse(server.commands.at(-1))).toEqual(command);
  }
});

const off = 'de-energised' as const;
const inputs = (...names: string[]) => names.map((input) => ({ input, active: false }));
const HOUSE: NonNullable<SimulatorView['barriers']> = [
  {
    id: 'outer-door',
    kind: 'door',
    told: 'open',
    relays: [{ name: 'strike', level: 'energised' }],
    inputs: [{ input: 'contact', active: true }, ...inputs('rex', 'fire', 'tamper')],
    readers: [{ accessPoint: 'outer', label: 'Outer door' }],
  },
  {
    id: 'inner-door',
    kind: 'door',
    told: 'locked',
    relays: [{ name: 'strike', level: off }],
    inputs: inputs('contact', 'rex', 'fire', 'tamper'),
    readers: [{ accessPoint: 'inner', label: 'Inner door' }],
  },
  ...['lane-1', 'lane-2'].map((id, which) => ({
    id,
    kind: 'turnstile' as const,
    told: which === 0 ? 'accessed' : 'locked',
    relays: [
      { name: 'entry', level: which === 0 ? ('energised' as const) : off },
      { name: 'exit', level: off },
      { name: 'arms', level: off },
    ],
    inputs: inputs('passed-entry', 'passed-exit', 'emergency', 'fire'),
    readers: [{ accessPoint: `${id}-in`, label: `Lane ${which + 1}, in` }],
  })),
];

test('a pair of turnstiles and an air lock stand below, each with its own hands and reader', async () => {
  await show({ barriers: HOUSE });
  for (const picture of [
    'outer-door stands open, its relay is energised',
    'inner-door is closed, its relay is de-energised',
    'lane-1 is free for entry',
    'lane-2 is locked',
  ])
    await page.getByRole('img', { name: picture, exact: true }).waitFor();
  await page.screenshot({ path: `${SCREENSHOTS}/house.png`, fullPage: true });
  const { overflows } = await page.evaluate(measure);
  expect(overflows.filter((line) => line.includes('cut off'))).toEqual([]);
  const lane = page.getByRole('region', { name: 'lane-2' });
  const before = server.commands.length;
  await lane.getByRole('button', { name: 'emergency' }).click();
  await lane.getByRole('button', { name: 'An expired card, at Lane 2, in' }).click();
  await expect.poll(() => server.commands.length).toBe(before + 2);
  expect(server.commands.slice(-2)).toEqual([
    { kind: 'set-input', barrier: 'lane-2', input: 'emergency', active: true },
    { kind: 'show-card', card: 'expired', accessPoint: 'lane-2-in' },
  ]);
});

test('a single door with the inputs that most have is not shown twice', async () => {
  const [, door] = HOUSE;
  await show({ barriers: [{ ...door!, inputs: inputs('contact', 'rex', 'fire') }] });
  expect(await page.locator('.barriers').count()).toBe(0);
});

test('a view that is none of ours is dropped and the last good picture stays', async () => {
  await show({ door: 'locked' });
  server.sendRaw(JSON.stringify({ ...VIEW, version: 2, door: 'forced-open' }));
  server.sendRaw('{ half');
  server.sendRaw(JSON.stringify({ ...VIEW, door: 'locked', scene: 'two' }));
  await page.getByRole('radio', { name: 'Two people at once', checked: true }).waitFor();
  expect(await page.getByText('forced-open').count()).toBe(0);
});

test('a gate that dies and starts again is found again', async () => {
  await show({ door: 'open' });
  server.hangUp();
  await page.getByText('The gate is not running').waitFor();
  await page.getByText('The door', { exact: true }).waitFor();
});

test('no page error, no breach of the content-security policy on the way', () => {
  expect(broken).toEqual([]);
});
