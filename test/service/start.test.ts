import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { EXIT_BROKEN } from '#service/exitStatus.ts';
import { readDemonstration } from '#service/simulated/demonstration.ts';
import { EXIT_UNUSABLE } from '#service/supervise/limits.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { BoardRig } from '../e2e/support/boardRig.ts';
import { GateFolder, type Change } from '../e2e/support/gateFolder.ts';
import { GateProcess } from '../e2e/support/gateProcess.ts';
import { WITH_HANDS } from '../e2e/support/hands.ts';
import { SimulatedHands, signIn } from '../e2e/support/screenLine.ts';

const DOOR = 1;
const TEST_MS_MAX = 60_000;
const UNLOCK_MS = 300;
const NO_CAMERA: Change = [['access-points', 0, 'camera', 'driver'], 'none'];

/** A gate that has run: its data, its key, and compiled code for all that follow. */
let ran: GateFolder;
let open: AsyncDisposableStack;
let folder: GateFolder;
let board: BoardRig;

beforeAll(async () => {
  ran = new GateFolder(NO_CAMERA);
  await using gate = new GateProcess(ran);
  await gate.ready;
  await gate.kill('SIGTERM');
}, TEST_MS_MAX);

afterAll(() => ran[Symbol.dispose]());

beforeEach(async () => {
  open = new AsyncDisposableStack();
  folder = open.use(new GateFolder());
  board = open.use(await BoardRig.open(folder));
  configure();
  cpSync(ran.data, folder.data, { recursive: true });
  cpSync(ran.key, folder.key);
  cpSync(`${ran.key}.epoch`, `${folder.key}.epoch`);
  // As a gate left it that died in the middle of a passage.
  await board.sendByHand(DOOR, 'energised');
});

afterEach(() => open.disposeAsync());

const configure = (...changes: readonly Change[]): void => folder.configure(board.asBoard, NO_CAMERA, ...changes);

/** Starts a gate that cannot start: it says why and ends for good. */
async function refusal(args?: readonly string[]): Promise<string> {
  await using gate = new GateProcess(folder, args === undefined ? {} : { args });
  const { status, signal } = await gate.ended;
  expect({ status, signal, log: gate.log }).toMatchObject({ status: EXIT_UNUSABLE, signal: null });
  await board.settle();
  expect(gate.log).not.toMatch(/\n {4}at /);
  return gate.log;
}

/** A gate that stops after it knew its doors leaves them locked, whatever it found. */
async function refusalWithLockedDoor(): Promise<string> {
  const log = await refusal();
  expect(board.level(DOOR)).toBe('de-energised');
  return log;
}

/** What the gate leaves alone that does not even know its doors: it moves no relay. */
async function refusalWithoutMove(args?: readonly string[]): Promise<string> {
  const before = board.received.length;
  const log = await refusal(args);
  expect(board.received.slice(before).filter(({ channel }) => channel === DOOR)).toEqual([]);
  return log;
}

test('a misspelt key stops the start, with its line and what was meant', async () => {
  configure([['doors', 0, 'lock'], undefined], [['doors', 0, 'lok'], 'fail-secure']);
  expect(await refusalWithoutMove()).toMatch(/gate\.yaml line \d+, doors\.0\.lok: .*did you mean "lock"\?/);
});

test('a configuration that is no YAML, or is not there, is named', async () => {
  writeFileSync(folder.config, 'doors: [');
  expect(await refusalWithoutMove()).toMatch(/gate\.yaml: found .*, expected YAML/);
  rmSync(folder.config);
  expect(await refusalWithoutMove()).toMatch(/gate\.yaml: found ENOENT.*, expected a configuration file/);
});

test.each([
  [['--simulatd'], '--simulatd'],
  [['--simulated', '--config'], '--config without its value'],
  [['--simulated', '--port', 'http'], '--port http'],
  [[], 'neither --simulated nor --config'],
])('called with %j it says how to call it', async (args, found) => {
  expect(await refusalWithoutMove(args)).toContain(
    `command line: found ${found}, expected [--simulated] [--config FILE] [--token-file FILE] [--port N]`,
  );
});

test('simulated drivers need --simulated', async () => {
  expect(await refusalWithoutMove(['--config', folder.config])).toMatch(
    /found simulated, expected a real driver, or a start with --simulated/,
  );
});

test.each(['/dev/ttyS0', '/dev/ttyUSB-not-there', 'data/door'])(
  'made-up cards never move a real strike: a simulated gate is refused at %s',
  async (path) => {
    folder.configure([['boards', 0], { id: 'board-1', driver: 'lcus', path, channels: 1 }]);
    expect(await refusalWithoutMove()).toMatch(/boards\.path under --simulated: found .*, expected a pseudo-terminal/);
  },
);

test('a replayed camera is refused beside a real strike as well', async () => {
  const replay: Change = [['access-points', 0, 'camera'], { driver: 'replay', path: '.' }];
  const real: Change = [['boards', 0], { id: 'board-1', driver: 'lcus', path: '/dev/ttyS0', channels: 1 }];
  const none: readonly Change[] = [
    [['doors', 0, 'inputs'], undefined],
    [['access-points', 0, 'reader'], undefined],
  ];
  folder.configure(real, replay, ...none);
  expect(await refusalWithoutMove()).toContain('expected a pseudo-terminal');
  expect(await refusalWithoutMove(['--config', folder.config])).toContain('found replay, expected a real driver');
});

test.each([
  ['of another content', '0'.repeat(64), 'sample1.jpg', /sample1\.jpg.*found .*[0-9a-f]{64}.*, expected .*0{64}/],
  ['that is not there', '0'.repeat(64), 'absent.onnx', /absent\.onnx: found /],
])('a model %s stops the start, and the door is locked', async (_what, sha256, name, says) => {
  const file = join(folder.program, 'build/people', name);
  configure([['biometrics'], { models: [{ task: 'detect', file, sha256 }] }]);
  expect(await refusalWithLockedDoor()).toMatch(says);
});

test('a list of models that is not there is named', async () => {
  rmSync(join(folder.program, 'models'));
  expect(await refusalWithoutMove()).toMatch(/models\.json: found ENOENT.*, expected the list of models/);
});

test("another gate's key is told from this one's, and the door is locked", async () => {
  rmSync(folder.key);
  createFileKeyStore(folder.key).create();
  expect(await refusalWithLockedDoor()).toMatch(
    /master secret for .*found one that does not open this cabinet.*bring back its key file/,
  );
});

test('a key that is missing beside data is not replaced, and the door is locked', async () => {
  rmSync(folder.key);
  expect(await refusalWithLockedDoor()).toMatch(/master secret for data folder .*: found none, expected the one/);
});

test('a damaged key, and one that others may read, is refused, and the door is locked', async () => {
  chmodSync(folder.key, 0o644);
  expect(await refusalWithLockedDoor()).toMatch(/key file .*: found mode 644, which lets others in, expected mode 600/);
  writeFileSync(folder.key, 'x'.repeat(48), { mode: 0o600 });
  chmodSync(folder.key, 0o600);
  expect(await refusalWithLockedDoor()).toMatch(/key file .*: found a file of another kind/);
});

test('a disk without room at the start is no end: the door is locked, and whoever watches the gate tries again', async () => {
  rmSync(folder.data, { recursive: true });
  // No file may grow, as on a full disk; SQLite meets it first.
  await using gate = new GateProcess(folder, { through: ['prlimit', '--fsize=0'] });
  expect(await gate.ended).toEqual({ status: EXIT_BROKEN, signal: null });
  await board.settle();
  expect(board.level(DOOR)).toBe('de-energised');
});

test('a second start on the same data is refused, and the first goes on', { timeout: TEST_MS_MAX }, async () => {
  await using first = new GateProcess(folder);
  const port = await first.ready;
  expect(await refusal()).toMatch(/data folder .*: found another gate that runs on it, expected one start at a time/);
  using hands = await SimulatedHands.take(port, await signIn(port, folder.token));
  const before = board.received.length;
  hands.do({ kind: 'show-card', card: 'card-1' });
  expect(await board.first(DOOR, before)).toMatchObject({ level: 'energised' });
});

test(
  'without the port of its screens the door lets in and out, and the screens come when the port is free',
  { timeout: TEST_MS_MAX },
  async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    configure([['kiosk', 'port'], port], [['doors', 0, 'unlock-ms'], UNLOCK_MS]);
    await using gate = new GateProcess(folder, { through: WITH_HANDS });
    expect(await gate.ready).toBe(0);
    expect(gate.log).toMatch(/failed: screens: address 127\.0\.0\.1:\d+: found .*EADDRINUSE.*, expected a free port/);
    expect(board.level(DOOR)).toBe('de-energised');
    await letsInAndOut(gate);
    taken.close();
    expect(await gate.listening).toBe(port);
    await gate.says('ok: screens: 127.0.0.1:');
    await signIn(await gate.listening, folder.token);
  },
);

test('without its pages the door lets in and out', async () => {
  configure([['doors', 0, 'unlock-ms'], UNLOCK_MS]);
  rmSync(join(folder.program, 'build/web/kiosk'), { recursive: true });
  await using gate = new GateProcess(folder, { through: WITH_HANDS });
  expect(await gate.ready).toBe(0);
  expect(gate.log).toMatch(/failed: screens: page folder .*: found no index\.html/);
  await letsInAndOut(gate);
});

async function letsInAndOut(gate: GateProcess): Promise<void> {
  const card = readDemonstration().people[0]?.card.number ?? '';
  for (const act of [{ card }, { rex: true }]) {
    const before = board.received.length;
    gate.tell(act);
    await board.driven(DOOR, 'energised', before);
    await board.driven(DOOR, 'de-energised', board.received.length);
  }
}

const REAL: readonly Change[] = [
  NO_CAMERA,
  [['doors', 0, 'inputs'], undefined],
  [['access-points', 0, 'reader'], undefined],
];

test('without its board a gate starts all the same, says so, and drives it when it comes', async () => {
  await board.cut();
  rmSync(folder.data, { recursive: true });
  folder.configure(board.asBoard, ...REAL);
  await using gate = new GateProcess(folder, { args: ['--config', folder.config] });
  await gate.ready;
  expect(gate.log).toMatch(/failed: board-1 channel 1: .*found nothing there, expected a serial port/);
  const before = board.received.length;
  await board.mend();
  expect(await board.first(DOOR, before)).toMatchObject({ level: 'de-energised' });
  await gate.says('ok: board-1 channel 1: ');
});

test('a board that another program holds is driven as soon as that lets go', { timeout: TEST_MS_MAX }, async () => {
  const holder = spawn('flock', ['--no-fork', '--exclusive', board.path, 'sh', '-c', 'echo held; read end'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  using _gone = { [Symbol.dispose]: () => void holder.kill() };
  await once(holder.stdout, 'data');
  await using gate = new GateProcess(folder);
  await gate.ready;
  expect(gate.log).toMatch(/failed: board-1 channel 1: .*found a port that another program holds/);
  expect(board.level(DOOR)).toBe('energised');
  const before = board.received.length;
  holder.stdin.end('\n');
  await once(holder, 'exit');
  expect(await board.first(DOOR, before)).toMatchObject({ level: 'de-energised' });
});
