import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** One file of the project with its text. */
export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const Manifest = z.looseObject({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
export const readManifest = () => Manifest.parse(JSON.parse(readText('package.json')));

const ProjectConfig = z.looseObject({
  references: z.array(z.looseObject({ path: z.string() })).default([]),
  compilerOptions: z
    .looseObject({ types: z.array(z.string()).optional(), lib: z.array(z.string()).optional() })
    .default({}),
});
export const readProjectConfig = (path: string) => ProjectConfig.parse(JSON.parse(readText(path)));

const LintOverride = z.looseObject({ files: z.array(z.string()), rules: z.record(z.string(), z.unknown()) });
const LintConfig = z.looseObject({ overrides: z.array(LintOverride) });
export const readLintConfig = () => LintConfig.parse(JSON.parse(readText('.oxlintrc.json')));

const git = (...args: string[]): string[] =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 << 20 })
    .split('\0')
    .filter((path) => path !== '');

/** What git has, or would have with the next commit. */
export const filesOfProject = (): string[] =>
  [...new Set(git('ls-files', '-z', '--cached', '--others', '--exclude-standard'))].filter(
    (path) => existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile(),
  );

export const trackedFiles = (): string[] => git('ls-files', '-z');

const CODE = /\.(?:ts|tsx|mts|mjs|js)$/;

export const sourcesUnder = (...folders: string[]): SourceFile[] =>
  filesOfProject()
    .filter((path) => CODE.test(path) && folders.some((folder) => path.startsWith(`${folder}/`)))
    .map((path) => ({ path, text: readText(path) }));

/** One line of the import table. */
export interface Room {
  readonly name: string;
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

/** The rooms in the first table of `markdown` that has the columns Room, May import and Packages. */
export function roomsOf(markdown: string): Room[] {
  const lines = markdown.split('\n').map((line) => line.trim());
  const head = lines.findIndex((line) => /^\| *Room *\|.*\| *May import *\| *Packages *\|$/.test(line));
  if (head < 0) return [];
  const rows: Room[] = [];
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith('|')) break;
    const [name = '', , imports = '', packages = ''] = line.split('|').slice(1, -1);
    rows.push({ name: name.trim(), imports: listOf(imports), packages: listOf(packages) });
  }
  return rows;
}

const listOf = (cell: string): string[] =>
  cell
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '' && word !== '–');

const IMPORT = /(?:^|[^\w.$'"`])(?:from|import|require|import\.meta\.resolve)\s*\(?\s*(['"])([^'"\n]+)\1/g;
const BESIDE = /new URL\(\s*(['"])(\.[^'"\n]+)\1\s*,\s*import\.meta\.url/g;

/** Everything that a file names to be loaded: imports, exports from, dynamic imports, workers beside it. */
export function specifiersOf(text: string): string[] {
  return [IMPORT, BESIDE].flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[2] ?? ''));
}

/** What a specifier leads to: a room of app/, a package, Node, or nothing outside the importing room. */
export type Target = { readonly kind: 'room' | 'package' | 'node' | 'own'; readonly name: string };

export function targetOf(file: string, specifier: string): Target {
  const own = file.split('/')[1] ?? '';
  if (specifier.startsWith('node:')) return { kind: 'node', name: specifier };
  if (specifier.startsWith('#')) return { kind: 'room', name: specifier.slice(1).split('/')[0] ?? '' };
  if (!specifier.startsWith('.') && !specifier.startsWith('/')) return { kind: 'package', name: packageOf(specifier) };
  const [top = '', room = ''] = posix.normalize(posix.join(posix.dirname(file), specifier)).split('/');
  if (top !== 'app') return { kind: 'own', name: own };
  return room === own ? { kind: 'own', name: own } : { kind: 'room', name: room };
}

const packageOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
