import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CodeFinder } from '../codes/codeFinder.ts';

/** The finder of codes, with its program out of its npm package: a gate where no pass is shown never loads it. */
export async function openCodeFinder(): Promise<CodeFinder> {
  const { CodeFinder: Finder } = await import('../codes/codeFinder.ts');
  const program = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  return Finder.create(Uint8Array.from(program).buffer);
}
