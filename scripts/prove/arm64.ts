import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { result, type Result } from '../report.ts';
import { FarEnds } from './arm64/farEnds.ts';
import {
  judgeCamera,
  judgePin,
  judgePlatform,
  judgeSerial,
  judgeStorage,
  judgeVision,
  RELAY_BYTES,
  type Judgement,
  type Pair,
} from './arm64/judge.ts';
import { buildShim, emulatedArm64, NATIVE, runOn, type Machine } from './arm64/machines.ts';
import {
  CameraAnswer,
  FindAnswer,
  PlatformAnswer,
  SerialAnswer,
  VisionAnswer,
  type Task,
  type Told,
} from './arm64/tasks.ts';

/** The camera's shim for arm64, built here and run under qemu: its library is loaded, and its whole contract holds. */
export function proveArm64Shim(): Result {
  const shim = buildShim();
  const note = 'the library loaded, a frame taken, the whole contract held';
  if ('built' in shim) return result('arm64.camera_shim', { value: shim.built, note });
  return result('arm64.camera_shim', { ok: false, value: 'not run', note: shim.fault });
}

/**
 * The same, and what the product takes from native libraries: a program of ours runs on an arm64 Node under qemu and on
 * this machine, and the two say the same. The gate itself is not started there: an emulated processor is too slow for the
 * time that its parts give each other.
 * @throws Fault `relay` where no serial line can be made
 */
export async function proveArm64(): Promise<Result[]> {
  const shim = proveArm64Shim();
  if (!shim.ok) return [shim];
  const arm64 = emulatedArm64();
  if ('fault' in arm64) return [shim, result('arm64.packages', { ok: false, value: 'not run', note: arm64.fault })];
  const packages = result('arm64.packages', { note: 'of package-lock.json, as npm installs them for arm64' });
  const folder = mkdtempSync(join(tmpdir(), 'lintel-arm64-'));
  try {
    return [shim, packages, ...(await compare(folder, { x64: NATIVE, arm64 }))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What one machine told, by what it was asked, and what was heard at the board's end of its line. */
interface Used {
  readonly told: ReadonlyMap<Task['kind'], Told>;
  readonly heard: string;
}

async function compare(folder: string, machines: Pair<Machine>): Promise<Result[]> {
  const kept: Pair<string> = { x64: join(folder, 'x64'), arm64: join(folder, 'arm64') };
  const find: Task = { kind: 'find', folders: [kept.x64, kept.arm64] };
  const x64 = await use(machines.x64, kept.x64);
  const arm64 = await use(machines.arm64, kept.arm64, [find]);
  // When both folders are there.
  const again = await runOn(machines.x64, [find]);
  const of = (kind: Task['kind']): Pair<Told> => ({ x64: toldOf(x64.told, kind), arm64: toldOf(arm64.told, kind) });
  const found = { told: { x64: toldOf(again, 'find'), arm64: toldOf(arm64.told, 'find') }, before: of('keep') };
  const heard: Pair<string> = { x64: x64.heard, arm64: arm64.heard };
  return [
    judged('arm64.vision', { told: of('vision'), form: VisionAnswer, judge: judgeVision }),
    judged('arm64.storage', { ...found, form: FindAnswer, judge: judgeStorage }),
    judged('arm64.pin', { ...found, form: FindAnswer, judge: judgePin }),
    judged('arm64.platform', { told: of('platform'), form: PlatformAnswer, judge: judgePlatform }),
    judged('arm64.camera', { told: of('camera'), form: CameraAnswer, judge: judgeCamera }),
    judged('arm64.serial', { told: of('serial'), form: SerialAnswer, judge: (pair) => judgeSerial(pair, heard) }),
  ];
}

/** @param folder where its data folder is made */
async function use(machine: Machine, folder: string, more: readonly Task[] = []): Promise<Used> {
  await using ends = await FarEnds.open(join(folder, 'lines'));
  const tasks: readonly Task[] = [
    { kind: 'serial', ...ends.paths },
    { kind: 'platform' },
    { kind: 'camera', library: machine.library },
    { kind: 'keep', folder },
    ...more,
    { kind: 'vision' },
  ];
  const told = await runOn(machine, tasks);
  return { told, heard: await ends.heard(RELAY_BYTES.length) };
}

function toldOf(told: Used['told'], kind: Task['kind']): Told {
  return told.get(kind) ?? { fault: 'not asked' };
}

interface Compared<Answer> {
  readonly told: Pair<Told>;
  /** Without which there is nothing to compare. */
  readonly before?: Pair<Told>;
  readonly form: z.ZodType<Answer>;
  readonly judge: (answers: Pair<Answer>) => Judgement;
}

function judged<Answer>(name: string, { told, before = told, form, judge }: Compared<Answer>): Result {
  const both = [
    ['x86-64', before.x64],
    ['arm64', before.arm64],
    ['x86-64', told.x64],
    ['arm64', told.arm64],
  ] as const;
  const faults = both.flatMap(([on, one]) => ('fault' in one ? [`${on}: ${one.fault}`] : []));
  if ('fault' in told.x64 || 'fault' in told.arm64 || faults.length > 0) {
    return result(name, { ok: false, value: 'not run', note: [...new Set(faults)].join('; ') });
  }
  return result(name, judge({ x64: form.parse(told.x64.answer), arm64: form.parse(told.arm64.answer) }));
}
