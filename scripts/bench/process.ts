import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#core/ports/clock.ts';
import { LcusEmulator } from '#drivers/relay/lcusEmulator.ts';
import { result, type Result } from '../report.ts';
import { ALL_SIMULATED, type BenchFolder } from './benchFolder.ts';
import type { Effort } from './effort.ts';
import { cpuSecondsOf, memoryOf } from './processFigures.ts';
import type { Quiet } from './quiet.ts';
import type { RawInference } from './rawInference.ts';
import { ServiceRun } from './serviceRun.ts';
import { filmStandingThere } from './standingThere.ts';
import { median, range, rounded } from './statistics.ts';

const FIRST_DECISION_S_MAX = 2;
const RESIDENT_MB_MAX = 350;
const IDLE_CORE_SHARE_MAX = 0.25;
const MS_A_SECOND = 1_000;
/** From the start until an idle gate has come to rest. */
const SETTLE_MS = 2_000;

export interface ProcessParts {
  readonly folder: BenchFolder;
  readonly raw: RawInference;
  readonly clock: Clock;
  readonly effort: Effort;
  readonly quiet: Quiet;
}

/** One start of the service, with its relay board in this process; seconds from the spawning on. */
interface Start {
  readonly driven: number;
  readonly ready: number;
  readonly decided: number;
  readonly residentMb: number;
  readonly peakMb: number;
}

/**
 * The service started again and again, as its supervisor would, while an enrolled person stands before its camera: the
 * first decision is theirs. Its memory is read after some seconds of one presentation after the other.
 */
export async function measureStart(parts: ProcessParts): Promise<Result[]> {
  const { folder, effort, quiet, raw } = parts;
  await folder.fill(effort.people);
  const video = join(folder.path, 'standing-there.y4m');
  await filmStandingThere(folder.program.pictures, video);
  const starts: Start[] = [];
  // The first start compiles, and the others find compiled code, as after every restart.
  await startOnce(parts, video);
  for (let round = 0; round < effort.rounds; round++) {
    await quiet.listen(raw);
    starts.push(await startOnce(parts, video));
  }
  const of = (key: keyof Start): number[] => starts.map((start) => start[key]);
  const about = `median of ${starts.length} starts with ${folder.people} people`;
  return [
    quiet.atMost('start.first_decision_s', {
      value: rounded(median(of('decided')), 2),
      limit: FIRST_DECISION_S_MAX,
      unit: 's',
      note: `a face is granted, three frames at ten a second after its camera was opened; ${about}, from ${range(of('decided'), 2)}`,
    }),
    seconds('start.ready_s', of('ready'), `cards and PINs are decided and screens served; ${about}`),
    seconds('start.strikes_driven_s', of('driven'), `the relay's first bytes; ${about}`),
    quiet.atMost('memory.resident_mb', {
      value: rounded(median(of('residentMb')), 0),
      limit: RESIDENT_MB_MAX,
      unit: 'MB',
      note: `${about}, from ${range(of('residentMb'), 0)}; at most ${rounded(Math.max(...of('peakMb')), 0)} during the start`,
    }),
  ];
}

const seconds = (name: string, values: readonly number[], note: string): Result =>
  result(name, { value: rounded(median(values), 2), unit: 's', note });

async function startOnce({ folder, clock, effort }: ProcessParts, video: string): Promise<Start> {
  await using board = await openBoard(folder, clock);
  const config = folder.configure('standing-there', {
    board: `driver: lcus, path: ${board.emulator.path}`,
    camera: `driver: replay, path: ${video}`,
  });
  await using service = new ServiceRun(config);
  const since = async (moment: Promise<number>): Promise<number> =>
    ((await service.whileItRuns(moment)) - service.startedAt) / MS_A_SECOND;
  const [driven, ready, decided] = await Promise.all([
    since(board.driven),
    since(service.readyAt),
    since(board.energised),
  ]);
  await service.whileItRuns(pause(effort.workSeconds * MS_A_SECOND));
  return { driven, ready, decided, ...memoryOf(service.pid) };
}

interface Board extends AsyncDisposable {
  readonly emulator: LcusEmulator;
  /** When the first command came, and when the door was first unlocked. */
  readonly driven: Promise<number>;
  readonly energised: Promise<number>;
}

async function openBoard(folder: BenchFolder, clock: Clock): Promise<Board> {
  const line = mkdtempSync(join(folder.path, 'line-'));
  const emulator = await LcusEmulator.open({ folder: line, channels: 1, clock });
  const driven = Promise.withResolvers<number>();
  const energised = Promise.withResolvers<number>();
  emulator.onReceived(({ level, at }) => {
    driven.resolve(at);
    if (level === 'energised') energised.resolve(at);
  });
  const close = (): Promise<void> => emulator.close();
  return { emulator, driven: driven.promise, energised: energised.promise, [Symbol.asyncDispose]: close };
}

/** What the service computes while nobody stands before its camera: five detections a second. */
export async function measureIdle({ folder, raw, effort, quiet }: ProcessParts): Promise<Result[]> {
  await folder.fill(effort.people);
  const config = folder.configure('idle', ALL_SIMULATED);
  const shares: number[] = [];
  for (let round = 0; round < effort.rounds; round++) {
    await quiet.listen(raw);
    await using service = new ServiceRun(config);
    await service.readyAt;
    await service.whileItRuns(pause(SETTLE_MS));
    const [before, since] = [cpuSecondsOf(service.pid), performance.now()];
    await service.whileItRuns(pause(effort.idleSeconds * MS_A_SECOND));
    const passed = (performance.now() - since) / MS_A_SECOND;
    shares.push((cpuSecondsOf(service.pid) - before) / passed);
  }
  return [
    quiet.atMost('idle.core_share', {
      value: rounded(median(shares), 3),
      limit: IDLE_CORE_SHARE_MAX,
      unit: 'of one core',
      note: `five detections a second of an empty scene, over ${effort.idleSeconds} s; median of ${shares.length}, from ${range(shares, 3)}`,
    }),
  ];
}
