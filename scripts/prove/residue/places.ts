import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { CHUNK_BYTES, ProcessMemory } from '../../traces/processMemory.ts';
import { filesBelow } from '../../traces/searchFolder.ts';
import { unlessGone } from '../../traces/vanished.ts';
import { Finds } from './finds.ts';
import { WINDOW_BYTES, type Windows } from './windows.ts';

/** proc(5), fdinfo: the lower two bits of the flags; 0 reads only. */
const ACCESS_MODE = 0o3;
const DELETED = ' (deleted)';

/** What a search of one kind of place saw. */
export interface Searched {
  readonly finds: Finds;
  readonly bytes: number;
  /** Files by their names, or processes. */
  readonly places: readonly string[];
  /** Bytes of a memory that the kernel did not hand out, as a device's. */
  readonly unreadBytes: number;
}

/**
 * Every byte that one of these processes can write to in its memory.
 * @throws Fault `address` where this account may not read it: then nothing is shown
 */
export function searchMemory(processes: readonly number[], windows: Windows): Searched {
  const finds = new Finds();
  const places: string[] = [];
  let [bytes, unreadBytes] = [0, 0];
  const chunk = Buffer.alloc(CHUNK_BYTES + WINDOW_BYTES);
  for (const process of processes) {
    using memory = unlessGone(() => openMemory(process));
    if (memory === undefined) continue;
    const place = `memory of process ${process}`;
    places.push(place);
    for (const piece of memory.pieces()) {
      bytes += piece.bytes;
      for (const hit of windows.search(memory.read(chunk, piece))) if (hit.at < piece.bytes) finds.add(hit, place);
    }
    unreadBytes += unlessGone(() => memory.unreadBytes) ?? 0;
  }
  return { finds, bytes, places, unreadBytes };
}

function openMemory(process: number): ProcessMemory {
  try {
    return new ProcessMemory(process);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && (thrown.code === 'EACCES' || thrown.code === 'EPERM')))
      throw thrown;
    const found = messageOf(thrown);
    throw new Fault('address', { thing: `memory of process ${process}`, found, expected: 'a right to read it: root' });
  }
}

/** Every file below a folder, whole. */
export function searchFiles(folder: string, windows: Windows): Searched {
  const finds = new Finds();
  const places: string[] = [];
  let bytes = 0;
  for (const path of filesBelow(folder)) {
    const content = unlessGone(() => readFileSync(join(folder, path)));
    if (content === undefined) continue;
    places.push(path);
    bytes += content.length;
    for (const hit of windows.search(content)) finds.add(hit, path);
  }
  return { finds, bytes, places, unreadBytes: 0 };
}

/** Files that these processes have open for writing and that do not lie in `folder`: deleted ones, and shared memory. */
export function searchOpenFiles(processes: readonly number[], folder: string, windows: Windows): Searched {
  const seen = new Set<string>();
  const finds = new Finds();
  const places: string[] = [];
  let bytes = 0;
  for (const process of processes) {
    for (const { number, target } of openForWriting(process)) {
      if (target.startsWith(folder + sep) && !target.endsWith(DELETED)) continue;
      const content = unlessGone(() => readOpenFile(`/proc/${process}/fd/${number}`, seen));
      if (content === undefined) continue;
      const place = `${target}, open in process ${process}`;
      places.push(place);
      bytes += content.length;
      for (const hit of windows.search(content)) finds.add(hit, place);
    }
  }
  return { finds, bytes, places, unreadBytes: 0 };
}

function openForWriting(process: number): { readonly number: string; readonly target: string }[] {
  const numbers = unlessGone(() => readdirSync(`/proc/${process}/fd`)) ?? [];
  return numbers.flatMap((number) => {
    const target = unlessGone(() => readlinkSync(`/proc/${process}/fd/${number}`));
    const info = unlessGone(() => readFileSync(`/proc/${process}/fdinfo/${number}`, 'utf8'));
    const [, flags = '0'] = /^flags:\s+(\d+)/m.exec(info ?? '') ?? [];
    return target !== undefined && (Number.parseInt(flags, 8) & ACCESS_MODE) !== 0 ? [{ number, target }] : [];
  });
}

/** A regular file whole; undefined for another kind, or for one that was read already. */
function readOpenFile(path: string, seen: Set<string>): Buffer | undefined {
  const stat = statSync(path);
  if (!stat.isFile() || seen.has(`${stat.dev}:${stat.ino}`)) return undefined;
  seen.add(`${stat.dev}:${stat.ino}`);
  return readFileSync(path);
}
