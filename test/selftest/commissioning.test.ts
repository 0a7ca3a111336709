import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthReport } from '#core/ports/health.ts';
import { wallTime } from '#core/kernel/units.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { LcusEmulator, type LcusReceived } from '#drivers/relay/lcusEmulator.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { epochFileBeside } from '#storage/keys/epochPlace.ts';
import { openStorage, type Storage } from '#storage/openStorage.ts';
import { resultsOf, selftest } from './selftestCommand.ts';

const RUN_MS_MAX = 60_000;
const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

let folder: string;
let board: LcusEmulator;
let config: string;
const received: LcusReceived[] = [];

const configOf = (path: string): string => `terminal: lobby
handler: { name: Handler, contact: privacy@handler.example }
data: data
key: key/data.key
kiosk: { access-point: entrance }
boards: [{ id: board-1, driver: lcus, path: ${path}, channels: 2 }]
doors: [{ id: front, lock: fail-secure, board: board-1, channel: 2 }]
access-points: [{ id: entrance, name: Entrance, door: front }]
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-commissioning-'));
  const lines = join(folder, 'lines');
  mkdirSync(lines);
  board = await LcusEmulator.open({ folder: lines, channels: 2, clock: new SystemClock() });
  board.onReceived((one) => received.push(one));
  config = join(folder, 'gate.yaml');
  writeFileSync(config, configOf(board.path));
});
afterAll(async () => {
  await board.close();
  rmSync(folder, { recursive: true });
});

const look = (...given: string[]) => selftest(['--config', config, '--json', ...given]);

/** The data of a gate that has run. */
async function openData(): Promise<Storage> {
  const keys = createFileKeyStore(join(folder, 'key/data.key'));
  if (!keys.exists()) keys.create();
  const report = (_: HealthReport): void => {};
  const epoch = epochFileBeside(join(folder, 'key/data.key'));
  return openStorage({ folder: join(folder, 'data'), simulated: false, master: keys.open(), epoch, report });
}

describe('the commissioning of a real gate', () => {
  it(
    'looks at everything before the first start, makes nothing and moves no strike',
    async () => {
      const ended = await look();
      const results = resultsOf(ended);
      expect(ended.status).toBe(0);
      expect([...results].map(([name, { value }]) => [name, typeof value === 'number' ? 'a number' : value])).toEqual([
        ['models.list', 'a number'],
        ['config.parses', 'lobby'],
        ['key.opens', 'none yet'],
        ['data.opens', 'none yet'],
        ['clock.plausible', expect.stringMatching(/^20\d\d-/)],
        ['models.load_s', 'a number'],
        ['models.inference_ms', 'a number'],
        ['boards.board-1.line', 'up'],
        ['access_points.entrance.reader', 'none'],
        ['access_points.entrance.camera', 'none'],
        ['doors.front', 'fail-secure'],
        ['health.core_dumps', 'ok'],
        ['health.freed_memory', 'ok'],
        ['health.pulses_of_board_1', 'warning'],
        ['selftest.time_s', 'a number'],
      ]);
      expect(received).toEqual([]);
      expect(createFileKeyStore(join(folder, 'key/data.key')).exists()).toBe(false);
    },
    RUN_MS_MAX,
  );

  it(
    'moves a strike where it is asked to, having said which door, and locks it again',
    async () => {
      const ended = await look('--move');
      expect(ended.stderr).toContain('door front (board-1 channel 2): the strike unlocks for 1000 ms now');
      expect(resultsOf(ended).get('doors.front.moved')).toMatchObject({ ok: true, value: 'written' });
      expect(received.map(({ bytes }) => bytes).slice(0, 2)).toEqual(['A0 02 01 A3', 'A0 02 00 A2']);
      expect(board.level(2)).toBe('de-energised');
    },
    RUN_MS_MAX,
  );

  it(
    'opens the data that is there, or says that a gate runs on it',
    async () => {
      const storage = await openData();
      expect(resultsOf(await look()).get('data.opens')).toMatchObject({ ok: true, value: 'in use' });
      await storage.close();
      const results = resultsOf(await look());
      expect(results.get('key.opens')).toMatchObject({
        ok: true,
        value: 'file',
        note: expect.stringContaining('whoever can read this file'),
      });
      expect(results.get('data.opens')).toMatchObject({
        ok: true,
        value: 'opens',
        note: '0 cardholders, 0 credentials, 0 templates',
      });
    },
    RUN_MS_MAX,
  );

  it(
    'doubts a clock that is before what the journal has recorded, and finds a line that is gone',
    async () => {
      const storage = await openData();
      await storage.journal.append({ at: wallTime(Date.now() + YEAR_MS), event: { kind: 'terminal-started' } });
      await storage.close();
      await board.cut();
      const ended = await look('--move');
      await board.mend();
      const results = resultsOf(ended);
      expect(ended.status).toBe(1);
      expect(results.get('clock.plausible')).toMatchObject({
        ok: false,
        note: expect.stringContaining('before the newest entry'),
      });
      expect(results.get('boards.board-1.line')).toMatchObject({
        ok: false,
        note: expect.stringContaining('is the board plugged in?'),
      });
      expect(results.get('doors.front.moved')).toMatchObject({ ok: false, note: 'board-1 cannot be reached' });
    },
    RUN_MS_MAX,
  );

  it(
    'finds a key that is missing beside its data',
    async () => {
      rmSync(join(folder, 'key'), { recursive: true });
      const results = resultsOf(await look());
      expect(results.get('key.opens')).toMatchObject({
        ok: false,
        note: expect.stringContaining('bring it back from its backup'),
      });
      expect(results.get('data.opens')).toMatchObject({ ok: false });
    },
    RUN_MS_MAX,
  );

  it(
    'says what is wrong with a configuration, and looks no further',
    async () => {
      const wrong = join(folder, 'wrong.yaml');
      writeFileSync(wrong, configOf(board.path).replace('handler:', 'handlr:'));
      const ended = await selftest(['--config', wrong, '--json']);
      expect(ended.status).toBe(1);
      expect([...resultsOf(ended).keys()]).toEqual(['models.list', 'config.parses', 'selftest.time_s']);
      expect(resultsOf(ended).get('config.parses')).toMatchObject({
        ok: false,
        note: expect.stringContaining('handler'),
      });
    },
    RUN_MS_MAX,
  );
});
