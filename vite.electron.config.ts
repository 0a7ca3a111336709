import { cpSync, globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const OUT = 'build/electron';
const ROOT = import.meta.dirname;
const BUILTINS = /^node:/;
const WORKER_FILE = /new URL\('(\.[^']+)\.ts', import\.meta\.url\)/g;
const SOURCE_NAMED = /\.ts['"`],\s*import\.meta\.url/;
/** Files that the service reads from beside its sources. */
const DATA_FILES = 'app/{service,storage,vision,drivers,terminal}/**/*.{json,yaml,sql}';

/**
 * What Electron runs, by `--mode`: `main` and `preload` are one file each (a sandboxed preload must be, and CommonJS);
 * the service keeps a file per source, so that its workers and data files are found as in the sources. Packages that
 * the service needs stay outside, since the native ones cannot be bundled.
 */
export default defineConfig(({ mode }) => {
  const part = PARTS.get(mode);
  if (part === undefined) throw new Error(`--mode: found ${mode}, expected one of ${[...PARTS.keys()].join(', ')}`);
  return part();
});

const PARTS: ReadonlyMap<string, () => UserConfig> = new Map([
  ['main', () => oneFile('app/main/main.ts', 'es', 'main.js')],
  ['preload', () => oneFile('app/preload/preload.ts', 'cjs', 'preload.cjs')],
  ['service', service],
]);

function oneFile(entry: string, format: 'es' | 'cjs', file: string): UserConfig {
  return {
    publicDir: false,
    ssr: { noExternal: true, external: ['electron'] },
    build: {
      ssr: entry,
      outDir: OUT,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        external: ['electron', BUILTINS, ...builtinModules],
        output: { format, entryFileNames: file, codeSplitting: false },
      },
    },
  };
}

function service(): UserConfig {
  const entries = ['app/service/start.ts', ...workers()];
  return {
    publicDir: false,
    plugins: [workerNames(), dataFiles()],
    ssr: { noExternal: [/^#/] },
    build: {
      ssr: true,
      outDir: `${OUT}/service`,
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: entries,
        external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('#') && !entries.includes(id),
        output: { format: 'es', preserveModules: true, preserveModulesRoot: ROOT, entryFileNames: '[name].js' },
      },
    },
  };
}

/** Every file that some source starts a worker thread with. */
function workers(): string[] {
  return globSync('app/**/*.ts', { cwd: ROOT }).flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(WORKER_FILE)].map(([, worker]) =>
      join(dirname(file), `${worker}.ts`),
    ),
  );
}

/** Before anything else rewrites the sources; what it missed would be found only when the terminal starts. */
const workerNames = (): Plugin => ({
  name: 'lintel-worker-names',
  enforce: 'pre',

  generateBundle: (_options, bundle) => {
    for (const [file, built] of Object.entries(bundle)) {
      if (built.type === 'chunk' && SOURCE_NAMED.test(built.code))
        throw new Error(`${file}: found the name of a source, expected a built file`);
    }
  },
  transform: (code) => ({ code: code.replaceAll(WORKER_FILE, "new URL('$1.js', import.meta.url)"), map: null }),
});

const dataFiles = (): Plugin => ({
  name: 'lintel-data-files',
  writeBundle: () => {
    for (const file of globSync(DATA_FILES, { cwd: ROOT })) {
      if (file.endsWith('tsconfig.json')) continue;
      cpSync(join(ROOT, file), join(ROOT, OUT, 'service', relative('.', file)), { recursive: true });
    }
  },
});
