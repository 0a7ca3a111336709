import { EventEmitter, once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { assert } from '#core/kernel/assert.ts';
import type { Clock } from '#core/ports/clock.ts';
import { LcusEmulator } from '#drivers/relay/lcusEmulator.ts';
import { result, type Result } from '../report.ts';
import { ALL_SIMULATED, type BenchFolder } from './benchFolder.ts';
import type { Effort } from './effort.ts';
import { cpuSecondsOf, memoryOf } from './processFigures.ts';
import type { Quiet } from './quiet.ts';
import type { RawInference } from './rawInference.ts';
import { SimulatorLine } from './simulatorLine.ts';
import { ServiceRun } from './serviceRun.ts';
import { filmStandingThere } from './standingThere.ts';
import { median, range, rounded } from './statistics.ts';

const FIRST_DECISION_S_MAX = 2;
const RESIDENT_MB_MAX = 350;
const IDLE_CORE_SHARE_MAX = 0.25;
const MS_A_SECOND = 1_000;
/** Of the enrolled person of the demonstration. */
const CARD = 'card-1';
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
  /** The first decision, be it on a card that is shown as soon as the gate is open or on the face that stands there. */
  readonly decided: number;
  readonly face: number;
  readonly residentMb: number;
  readonly peakMb: number;
}

/**
 * The service started again and again, as its supervisor would, while an enrolled person stands before its camera, and
 * another shows a card as soon as it is open. Its memory is read after some seconds of one presentation after the other.
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
      note: `a card is granted, shown as soon as the gate is open; ${about}, from ${range(of('decided'), 2)}`,
    }),
    seconds('start.first_face_s', of('face'), `a face is granted, after three frames at ten a second; ${about}`),
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
  await using board = await Board.open(folder, clock);
  const config = folder.configure('standing-there', {
    board: `driver: lcus, path: ${board.path}`,
    camera: `driver: replay, path: ${video}`,
  });
  await using service = new ServiceRun({ config, tokenFile: folder.tokenFile });
  const { at, port } = await service.whileItRuns(service.ready);
  using line = await service.whileItRuns(SimulatorLine.open(port, folder.token));
  const shownAt = performance.now();
  line.do({ kind: 'show-card', card: CARD });
  const [first, second] = await service.whileItRuns(board.unlocked(2));
  assert(first !== undefined && second !== undefined && board.drivenAt !== undefined, 'two were let in');
  await service.whileItRuns(pause(effort.workSeconds * MS_A_SECOND));
  const since = (moment: number): number => (moment - service.startedAt) / MS_A_SECOND;
  const face = first < shownAt ? first : second;
  const times = { driven: since(board.drivenAt), ready: since(at), decided: since(first), face: since(face) };
  return { ...times, ...memoryOf(service.pid) };
}

/** The relay board at the far end of the service's serial line, in this process: it hears everything in its own time. */
class Board implements AsyncDisposable {
  readonly #emulator: LcusEmulator;
  readonly #unlockedAt: number[] = [];
  readonly #changes = new EventEmitter<{ unlocked: [] }>();
  /** When the first command came. */
  drivenAt: number | undefined;

  private constructor(emulator: LcusEmulator) {
    this.#emulator = emulator;
    emulator.onReceived(({ level, at }) => {
      this.drivenAt ??= at;
      if (level !== 'energised') return;
      this.#unlockedAt.push(at);
      this.#changes.emit('unlocked');
    });
  }

  static async open(folder: BenchFolder, clock: Clock): Promise<Board> {
    const line = mkdtempSync(join(folder.path, 'line-'));
    return new Board(await LcusEmulator.open({ folder: line, channels: 1, clock }));
  }

  get path(): string {
    return this.#emulator.path;
  }

  /** When the door was unlocked, as soon as that was `times` times. */
  async unlocked(times: number): Promise<readonly number[]> {
    while (this.#unlockedAt.length < times) await once(this.#changes, 'unlocked');
    return this.#unlockedAt;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#emulator.close();
  }
}

/** What the service computes while nobody stands before its camera: five detections a second. */
export async function measureIdle({ folder, raw, effort, quiet }: ProcessParts): Promise<Result[]> {
  await folder.fill(effort.people);
  const config = folder.configure('idle', ALL_SIMULATED);
  const shares: number[] = [];
  for (let round = 0; round < effort.rounds; round++) {
    await quiet.listen(raw);
    await using service = new ServiceRun({ config, tokenFile: folder.tokenFile });
    await service.whileItRuns(service.ready);
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
