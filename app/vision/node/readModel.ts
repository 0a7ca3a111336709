import { readFileSync } from 'node:fs';
import { Fault } from '#core/kernel/fault.ts';

/** @throws Fault `model` where the file cannot be read */
export function readModel(path: string): Buffer<ArrayBuffer> {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
    const found = code === 'ENOENT' ? 'no file' : code;
    throw new Fault('model', { thing: path, found, expected: 'a readable file' }, cause);
  }
}
