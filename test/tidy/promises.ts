import type { SourceFile } from './house.ts';

export const FILE_LINES_MAX = 350;

export const tooLong = (files: readonly SourceFile[]): string[] =>
  files
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > FILE_LINES_MAX)
    .map(({ path, lines }) => `${path}: ${lines} lines`);

const GRANTED = /(readonly\s+)?kind:\s*(['"`])granted\2\s*(?:as const\s*)?([^}]*)\}/g;

/**
 * Where an access decision is made to say "granted": everything of that kind which is no type, no input of the door
 * (it has `at`) and no screen (it has `by`).
 */
export const grantsBuilt = (files: readonly SourceFile[]): string[] =>
  files.flatMap(({ path, text }) =>
    [...text.matchAll(GRANTED)]
      .filter(([, type, , rest = '']) => type === undefined && !/^,\s*(?:at|by)\b|^\|/.test(rest))
      .map((match) => `${path}:${text.slice(0, match.index).split('\n').length}`),
  );

export const surrenders = (files: readonly SourceFile[]): string[] =>
  files.filter(({ text }) => /(?:\.|\[\s*['"`])surrender\b/.test(text)).map(({ path }) => path);

const UNFINISHED = /\b(?:TODO|FIXME|XXX)\b/;
const LEFT_OUT = /\b(?:it|test|describe)(?:\.\w+)*\.(?:skip|todo|only|fails|skipIf|runIf)\b|\bx(?:it|describe)\(/;

export const unfinished = (files: readonly SourceFile[]): string[] =>
  files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (UNFINISHED.test(line) || LEFT_OUT.test(line) ? [`${path}:${index + 1}`] : [])),
  );

/** Models, pictures and films come from packages or are made by tests; drawings of signs are text. */
const HEAVY =
  /\.(?:onnx|ort|pb|tflite|jpe?g|png|gif|webp|bmp|heic|avif|mp4|mkv|webm|mov|avi|mjpe?g|y4m|yuv|rgb|zip|t?gz|db|sqlite)$/i;

export const heavy = (paths: readonly string[]): string[] => paths.filter((path) => HEAVY.test(path));

const EXACT = /^(?:npm:@?[\w./-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;

export const inexact = (manifest: Readonly<Record<string, unknown>>): string[] =>
  ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {})
      .filter(([, version]) => typeof version !== 'string' || !EXACT.test(version))
      .map(([name, version]) => `${name}: ${String(version)}`),
  );
