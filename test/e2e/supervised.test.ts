import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { HANG_MS_MAX, STRIKES_AFTER_START_MS_MAX, STRIKES_RESTORED_MS_MAX } from '#service/supervise/limits.ts';
import { serviceCommand } from '#service/supervise/serviceProcess.ts';
import { supervise, type ServiceCommand, type Supervisor } from '#service/supervise/supervise.ts';
import { BoardRig } from './support/boardRig.ts';
import { GateFolder, ROOT } from './support/gateFolder.ts';
import { SimulatedHands, signIn } from './support/screenLine.ts';

const DOOR = 1;
const TEST_MS_MAX = 60_000;

let open: AsyncDisposableStack;
let folder: GateFolder;
let board: BoardRig;
let supervisor: Supervisor;
let ready: PromiseWithResolvers<number>;

beforeEach(async () => {
  open = new AsyncDisposableStack();
  folder = open.use(new GateFolder());
  board = open.use(await BoardRig.open(folder));
  // A passage as long as may be: whatever ends it here is not its own time.
  folder.configure(
    board.asBoard,
    [['access-points', 0, 'camera', 'driver'], 'none'],
    [['doors', 0, 'unlock-ms'], 60_000],
  );
  ready = Promise.withResolvers();
  supervisor = supervise({
    clock: new SystemClock(),
    signals: new EventEmitter(),
    command: () => quiet(serviceCommand({ root: ROOT, args: argumentsFor(folder) })),
    log: () => undefined,
    onMessage: (message) => {
      if (message.kind === 'ready' && message.port !== undefined) ready.resolve(message.port);
    },
  });
  open.defer(async () => void (await supervisor.stop('SIGTERM')));
});

afterEach(() => open.disposeAsync());

const argumentsFor = ({ config, tokenFile }: GateFolder): readonly string[] => [
  '--simulated',
  '--config',
  config,
  '--token-file',
  tokenFile,
];

/** The same command with its log in a file: the supervisor lets the service print where it prints itself. */
const quiet = ({ file, args, env }: ServiceCommand): ServiceCommand => ({
  file: '/bin/sh',
  args: ['-c', `exec "$@" 2>>'${join(folder.path, 'log')}'`, 'sh', file, ...args],
  env: { ...env, LINTEL_ROOT: folder.program, TMPDIR: folder.temporary },
});

/** Resolves once a card has unlocked the door, with the number of commands that the board has had by then. */
async function letSomebodyIn(): Promise<number> {
  const port = await ready.promise;
  using hands = await SimulatedHands.take(port, await signIn(port, folder.token));
  const before = board.received.length;
  hands.do({ kind: 'show-card', card: 'card-1' });
  expect(await board.first(DOOR, before)).toMatchObject({ level: 'energised' });
  return board.received.length;
}

test(
  'killed in the middle of a passage, the service is started again at once and the door is locked',
  async () => {
    const before = await letSomebodyIn();
    const killedAt = performance.now();
    process.kill(supervisor.pid!, 'SIGKILL');
    expect(await board.first(DOOR, before)).toMatchObject({ level: 'de-energised' });
    expect(performance.now() - killedAt).toBeLessThanOrEqual(STRIKES_AFTER_START_MS_MAX);
  },
  TEST_MS_MAX,
);

test(
  'hung in the middle of a passage, the service is ended and the door is locked within the stated bound',
  async () => {
    const before = await letSomebodyIn();
    const hungAt = performance.now();
    process.kill(supervisor.pid!, 'SIGSTOP');
    expect(await board.first(DOOR, before)).toMatchObject({ level: 'de-energised' });
    const restoredMs = performance.now() - hungAt;
    expect(restoredMs).toBeLessThanOrEqual(STRIKES_RESTORED_MS_MAX);
    expect(restoredMs).toBeLessThanOrEqual(HANG_MS_MAX + STRIKES_AFTER_START_MS_MAX);
  },
  TEST_MS_MAX,
);
