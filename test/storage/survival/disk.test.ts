import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomFrom } from '../../e2e/support/random.ts';
import { Disk } from './support/disk.ts';
import { TraceReader, type TraceEvent } from './support/trace.ts';

const FD = 7;
const FOLDER_FD = 8;
const SECTOR = 4_096;
/** Enough that every state that may be there is seen. */
const LOSSES = 120;

let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'lintel-disk-'));
});
afterEach(() => rmSync(place, { recursive: true }));

const open = (path: string, ...flags: string[]): TraceEvent => {
  return { kind: 'open', fd: FD, path, inside: undefined, flags: new Set(flags) };
};
const write = (at: number, value: number, bytes = SECTOR): TraceEvent => {
  return { kind: 'write', fd: FD, at, bytes: Buffer.alloc(bytes, value) };
};
const sync = (fd = FD): TraceEvent[] => [
  { kind: 'sync-begun', fd, thread: '1' },
  { kind: 'synced', fd, thread: '1' },
];
const syncFolder: TraceEvent[] = [
  { kind: 'open', fd: FOLDER_FD, path: '/disk', inside: undefined, flags: new Set() },
  ...sync(FOLDER_FD),
];

/** What losses of power at this moment leave, each once: the names there are, and the first byte of each sector of `file`. */
function leftAfter(events: readonly TraceEvent[], file = 'file'): Set<string> {
  const disk = new Disk('/disk', new Map([['file', Buffer.alloc(2 * SECTOR, 0x61)]]));
  for (const event of events) disk.apply(event);
  const random = randomFrom(1);
  const left = Array.from({ length: LOSSES }, (_, index) => {
    const root = join(mkdtempSync(join(place, 'left-')), String(index));
    disk.loseAt(random, root);
    const names = readdirSync(root).join();
    if (!names.split(',').includes(file)) return `${names}:`;
    const bytes = readFileSync(join(root, file));
    return `${names}:${Buffer.from(bytes.filter((_byte, at) => at % SECTOR === 0)).toString('latin1')}`;
  });
  return new Set(left);
}

describe('a loss of power', () => {
  it('leaves what was synced, and of what was not every sector as it was or as it was to be', () => {
    const synced = [open('/disk/file'), write(0, 0x62, 2 * SECTOR), ...sync()];
    expect(leftAfter(synced)).toEqual(new Set(['file:bb']));
    expect(leftAfter([...synced, write(0, 0x63, 2 * SECTOR)])).toEqual(
      new Set(['file:bb', 'file:cb', 'file:bc', 'file:cc']),
    );
  });

  it('leaves a write that began behind the sync to chance, though the sync ended later', () => {
    const [begun, ended] = sync() as [TraceEvent, TraceEvent];
    expect(leftAfter([open('/disk/file'), begun, write(0, 0x62), ended])).toEqual(new Set(['file:aa', 'file:ba']));
  });

  it('leaves a file that was cut short whole or cut short, and nothing that was written behind a cut that is undone', () => {
    const cut = [open('/disk/file'), { kind: 'size', fd: FD, bytes: 0 } as const, write(0, 0x62)];
    const left = leftAfter(cut);
    expect(left).toContain('file:aa');
    expect(left).toContain('file:');
    expect(left).toContain('file:b');
    expect(left).not.toContain('file:ba');
  });

  it('takes names away again that no sync of the folder followed, the last one first', () => {
    const made = [open('/disk/new', 'O_CREAT'), write(0, 0x62), ...sync()];
    expect(leftAfter(made, 'new')).toEqual(new Set(['file:', 'file,new:b']));
    const renamed: TraceEvent[] = [...made, { kind: 'rename', path: '/disk/new', to: '/disk/file' }];
    expect(leftAfter(renamed)).toEqual(new Set(['file:aa', 'file,new:aa', 'file:b']));
    expect(leftAfter([...renamed, ...syncFolder])).toEqual(new Set(['file:b']));
  });
});

describe('a recording', () => {
  const events = (text: string): TraceEvent[] => [...new TraceReader().events(text)];

  it('tells a write when it is begun and a sync when it is done', () => {
    const text =
      String.raw`1 pwrite64(3, "\x61\x62", 2, 8 <unfinished ...>` +
      '\n2 fsync(4 <unfinished ...>\n1 <... pwrite64 resumed>) = 2\n2 <... fsync resumed>) = 0\n';
    expect(events(text)).toEqual([
      { kind: 'write', fd: 3, at: 8, bytes: Buffer.from('ab') },
      { kind: 'sync-begun', fd: 4, thread: '2' },
      { kind: 'synced', fd: 4, thread: '2' },
    ]);
  });

  it('leaves out what failed', () => {
    expect(events('1 fsync(4) = -1 EIO (Input/output error)\n')).toEqual([{ kind: 'sync-begun', fd: 4, thread: '1' }]);
  });

  it.each([String.raw`1 write(3, "\x61"..., 70000) = 70000`, '1 copy_file_range(3, [0], 4, NULL, 9, 0) = 9'])(
    'that would be blind is refused: %s',
    (line) => {
      expect(() => events(line)).toThrow('recording');
    },
  );
});
