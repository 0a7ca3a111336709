import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demandedPosition, type DoorMode } from '#core/door/door.ts';
import { relayLevelFor } from '#core/door/lock.ts';
import type { RecordedEntry } from '#core/journal/entry.ts';
import { STRIKES_AFTER_START_MS_MAX, STRIKES_RESTORED_MS_MAX } from '#service/supervise/limits.ts';
import { BoardRig } from './support/boardRig.ts';
import { GateFolder, ROOT } from './support/gateFolder.ts';
import { GateProcess } from './support/gateProcess.ts';
import { journalOf } from './support/journal.ts';
import { BACK, live, type Life, type LifeKind } from './support/lives.ts';
import { randomFrom } from './support/random.ts';

/** A hundred take two minutes and more on two cores that others use as well. */
const KILLS = Number(process.env['LINTEL_KILLS'] ?? 10);
const SEED = Number(process.env['LINTEL_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const LIFE_MS_MAX = 20_000;

/** Taken in turn, so that every run has its share of each. */
const KINDS: readonly LifeKind[] = ['cards', 'killed-while-starting', 'everything', 'cards', 'killed-while-starting'];
const MODES: readonly DoorMode[] = ['normal', 'normal', 'unlocked', 'normal', 'normal', 'normal', 'locked-down'];

const open = new AsyncDisposableStack();
let folder: GateFolder;
let board: BoardRig;

beforeAll(async () => {
  folder = open.use(new GateFolder());
  board = open.use(await BoardRig.open(folder));
  folder.configure(
    board.asBoard,
    [['doors', 1], { id: BACK.id, lock: 'fail-safe', board: 'board-1', channel: BACK.channel }],
    // Cutting out the scenes takes longer than all the rest of a start, and nobody looks at them here.
    [['access-points', 0, 'camera', 'driver'], 'none'],
  );
  // Takes the made-up people in, and keeps the compiled code.
  const first = open.use(new GateProcess(folder));
  await first.ready;
  await first.kill('SIGTERM');
}, LIFE_MS_MAX);

afterAll(() => open.disposeAsync());

test(
  `killed ${KILLS} times at random moments (LINTEL_KILLS, LINTEL_SEED=${SEED}), the gate comes back with every relay where ` +
    'its door demands it, and no grant moved a strike without its entry',
  async () => {
    const random = randomFrom(SEED);
    const lives: Life[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const kind = KINDS[kill % KINDS.length]!;
      lives.push(await live({ folder, board, random }, kind, MODES[kill % MODES.length]!));
    }
    const last = open.use(new GateProcess(folder));
    await last.ready;
    expect(await last.kill('SIGTERM')).toEqual({ status: 0, signal: null });
    const journal = await journalOf(folder);
    report(lives, journal);

    expect(lives.flatMap((life, index) => complaints(life, { index, journal }))).toEqual([]);
    expect(Math.max(...restoredMs(lives))).toBeLessThanOrEqual(STRIKES_RESTORED_MS_MAX);
    expect(journal.map(({ id }) => id)).toEqual(journal.map((_, index) => index + 1));
    // Were nobody let in, or every strike back before the kill, nothing would have been shown.
    expect(lives.filter((life) => grantedIn(life, journal) > 0).length).toBeGreaterThan(KILLS / 4);
    expect(lives.filter(({ mode, left }) => mode === 'normal' && left === 'energised').length).toBeGreaterThan(0);
  },
  LIFE_MS_MAX * (KILLS + 2),
);

/** What a life did that it should not have, with the number of its kill. */
function complaints(life: Life, { index, journal }: { index: number; journal: readonly RecordedEntry[] }): string[] {
  const { kind, mode, driven, startedAt, energised, unrecorded } = life;
  const granted = grantedIn(life, journal);
  const found: string[] = [];
  if (energised > granted + unrecorded) {
    found.push(`${energised} strikes, but ${granted} entries and ${unrecorded} that need none before`);
  }
  if (driven === undefined && kind !== 'killed-while-starting') found.push('its doors were not driven');
  if (driven !== undefined) {
    const front = relayLevelFor('fail-secure', demandedPosition({ fire: false, mode }));
    const back = relayLevelFor('fail-safe', 'locked');
    if (driven.front !== front) found.push(`front door ${driven.front} in mode ${mode}`);
    if (driven.back !== back) found.push(`back door ${driven.back}`);
    if (driven.at - startedAt > STRIKES_AFTER_START_MS_MAX) found.push(`driven after ${driven.at - startedAt} ms`);
  }
  return found.map((what) => `kill ${index + 1}: ${what}`);
}

const grantedIn = ({ from, to }: Life, journal: readonly RecordedEntry[]): number =>
  journal.filter(({ at, event }) => event.kind === 'access-granted' && at >= from && at <= to).length;

/** From each death to the next time that all strikes were driven, over as many deaths as came between. */
function restoredMs(lives: readonly Life[]): number[] {
  const spans: number[] = [];
  let goneAt: number | undefined;
  for (const life of lives) {
    if (goneAt !== undefined && life.driven !== undefined) {
      spans.push(life.driven.at - goneAt);
      goneAt = undefined;
    }
    goneAt ??= life.goneAt;
  }
  return spans;
}

/** The real times, for whoever wants to know them. */
function report(lives: readonly Life[], journal: readonly RecordedEntry[]): void {
  const drivenMs = lives.flatMap(({ driven, startedAt }) => (driven === undefined ? [] : [driven.at - startedAt]));
  const left = lives.filter(({ mode, left: level }) => mode === 'normal' && level === 'energised').length;
  const found = {
    kills: KILLS,
    seed: SEED,
    drivenAfterStartMs: spread(drivenMs),
    restoredAfterKillMs: spread(restoredMs(lives)),
    killedBeforeStrikesWereDriven: lives.length - drivenMs.length,
    killedWithTheFrontDoorUnlockedByAPassage: left,
    strikes: lives.reduce((sum, { energised }) => sum + energised, 0),
    grantsRecorded: lives.reduce((sum, life) => sum + grantedIn(life, journal), 0),
    grantsRecordedWhoseStrikeNeverMoved: lives
      .filter(({ kind }) => kind === 'cards')
      .reduce((sum, life) => sum + grantedIn(life, journal) - life.energised, 0),
    entries: journal.length,
  };
  mkdirSync(join(ROOT, 'build/e2e'), { recursive: true });
  writeFileSync(join(ROOT, 'build/e2e/crash.json'), `${JSON.stringify(found, undefined, 2)}\n`);
}

function spread(values: readonly number[]): Record<'median' | 'max', number> {
  const sorted = values.map(Math.round).toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
}
