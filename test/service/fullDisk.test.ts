import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BoardRig } from '../e2e/support/boardRig.ts';
import { GateFolder } from '../e2e/support/gateFolder.ts';
import { GateProcess } from '../e2e/support/gateProcess.ts';
import { SimulatedHands, signIn } from '../e2e/support/screenLine.ts';

const DOOR = 1;
const TEST_MS_MAX = 60_000;
const UNLOCK_MS = 300;
const DENIAL = 'failed: journal: not written within';
const RESERVED = 'failed: journal reserve: the database takes no entries';
const TRIED_AGAIN = 'journal reserve: the database is tried again';
/** What was written before may leave room for a few entries more. */
const CARDS_MAX = 40;

let open: AsyncDisposableStack;
let folder: GateFolder;
let board: BoardRig;

beforeEach(async () => {
  open = new AsyncDisposableStack();
  folder = open.use(new GateFolder());
  board = open.use(await BoardRig.open(folder));
  folder.configure(
    board.asBoard,
    [['access-points', 0, 'camera', 'driver'], 'none'],
    [['doors', 0, 'unlock-ms'], UNLOCK_MS],
  );
  mkdirSync(folder.data, { mode: 0o700 });
});

afterEach(() => open.disposeAsync());

function run(...[program, ...args]: readonly [string, ...string[]]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}

/** A way to take the room for one more byte away from the data folder of a gate that runs, and to give it back. */
interface Disk {
  readonly through: (data: string) => readonly string[];
  readonly fill: (gate: GateProcess) => void;
  readonly free: (gate: GateProcess) => void;
}

/** A disk of its own for this one process, that goes with it. */
const SMALL_DISK: Disk = {
  through: (data) => [
    'unshare',
    '--mount',
    'sh',
    '-c',
    `mount -t tmpfs -o size=16m,mode=700 lintel '${data}' && exec "$@"`,
    'sh',
  ],
  fill: (gate) => inside(gate, `cat /dev/zero >'${fillerOf()}' 2>/dev/null || true`),
  free: (gate) => inside(gate, `rm '${fillerOf()}'`),
};

const fillerOf = (): string => join(folder.data, 'filler');
const inside = ({ pid }: GateProcess, script: string): void =>
  run('nsenter', '--mount', '--target', `${pid}`, 'sh', '-c', script);

/** Works everywhere: no file may grow any more. */
const NO_GROWTH: Disk = {
  through: () => [],
  fill: ({ pid }) => run('prlimit', '--pid', `${pid}`, '--fsize=0:'),
  free: ({ pid }) => run('prlimit', '--pid', `${pid}`, '--fsize=unlimited:'),
};

function mayMount(): boolean {
  const { path, temporary } = new GateFolder();
  const { status } = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'lintel', temporary]);
  rmSync(path, { recursive: true });
  return status === 0;
}

test.each(mayMount() ? [SMALL_DISK] : [])(
  'a gate whose disk is full records in its reserve, says so, and empties it when there is room',
  async ({ through, fill, free }) => {
    await using gate = new GateProcess(folder, { through: through(folder.data) });
    using hands = await handsAt(gate);
    expect(await cardOutcome(gate, hands)).toBe('unlocked');
    fill(gate);
    // What was written before may leave room for a few entries more.
    while (!gate.saidSo(RESERVED)) expect(await cardOutcome(gate, hands)).toBe('unlocked');
    expect(await cardOutcome(gate, hands)).toBe('unlocked');
    await expectFreeExit(hands);
    free(gate);
    await hands.until(({ health }) => health.some(({ part, level }) => part === 'journal reserve' && level === 'ok'));
    expect(await cardOutcome(gate, hands)).toBe('unlocked');
    expect(await gate.kill('SIGTERM')).toEqual({ status: 0, signal: null });
  },
  TEST_MS_MAX,
);

test(
  'a gate whose files may not grow, the reserve included, lets nobody in, lets everybody out and says so, until they may',
  async () => {
    const { fill, free } = NO_GROWTH;
    await using gate = new GateProcess(folder);
    using hands = await handsAt(gate);
    expect(await cardOutcome(gate, hands)).toBe('unlocked');
    fill(gate);
    let granted = 0;
    while ((await cardOutcome(gate, hands)) === 'unlocked') expect(++granted).toBeLessThan(CARDS_MAX);
    await hands.until(({ health }) => health.some(({ part, level }) => part === 'journal' && level === 'failed'));
    await expectFreeExit(hands);
    const tried = gate.saidSo(TRIED_AGAIN);
    free(gate);
    await gate.says(TRIED_AGAIN, tried + 1);
    expect(await cardOutcome(gate, hands)).toBe('unlocked');
    await hands.until(({ health }) => health.some(({ part, level }) => part === 'journal' && level === 'ok'));
    expect(await gate.kill('SIGTERM')).toEqual({ status: 0, signal: null });
  },
  TEST_MS_MAX,
);

async function handsAt(gate: GateProcess): Promise<SimulatedHands> {
  const port = await gate.ready;
  return SimulatedHands.take(port, await signIn(port, folder.token));
}

/** Exit button and fire unlock, whatever the disk does. */
async function expectFreeExit(hands: SimulatedHands): Promise<void> {
  const before = board.received.length;
  hands.do({ kind: 'press-rex' });
  await passage();
  hands.do({ kind: 'set-fire', active: true });
  await board.driven(DOOR, 'energised', board.received.length);
  hands.do({ kind: 'set-fire', active: false });
  await board.driven(DOOR, 'de-energised', board.received.length);
  expect(strikesFrom(before)).toBe(2);
}

const strikesFrom = (index: number): number =>
  board.received.slice(index).filter(({ level }) => level === 'energised').length;

/** What showing a card led to; a passage is over when this resolves. */
async function cardOutcome(gate: GateProcess, hands: SimulatedHands): Promise<'unlocked' | 'denied'> {
  const before = board.received.length;
  const denials = gate.saidSo(DENIAL);
  hands.do({ kind: 'show-card', card: 'card-1' });
  const unlocked = passage().then(() => 'unlocked' as const);
  const outcome = await Promise.race([unlocked, gate.says(DENIAL, denials + 1).then(() => 'denied' as const)]);
  if (outcome === 'denied') expect(strikesFrom(before)).toBe(0);
  return outcome;
}

/** Resolves when the door was unlocked from now on and has been locked again. */
async function passage(): Promise<void> {
  await board.driven(DOOR, 'energised', board.received.length);
  await board.driven(DOOR, 'de-energised', board.received.length);
}
