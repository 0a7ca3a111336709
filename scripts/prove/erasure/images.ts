import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_FILES, type DatabaseFile } from '#storage/files/folderMarker.ts';
import { openDatabase, type Sqlite } from '#storage/files/openDatabase.ts';
import { MIGRATIONS } from '#storage/thread/vault.ts';

/** Bytes of the WAL's header, and of the header before each page in it. */
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** What somebody reads who holds a copy of a data folder and the keys of its files. */
export interface Image {
  readonly name: string;
  /** Every page, live or free, with the file cipher taken away; or a file that has none. */
  readonly bytes: Buffer;
  /** Sealed blocks and lists of keys. */
  readonly keyRows: readonly KeyRow[];
}

export type KeyRow =
  | { readonly kind: 'block'; readonly block: number; readonly format: number; readonly sealed: Buffer }
  | { readonly kind: 'list'; readonly generation: number; readonly format: number; readonly sealed: Buffer };

/** Every state that a copied folder can be read in: each database as it is, and after each commit that its WAL still holds. */
export function imagesOf(folder: string, name: string, keysOf: (file: DatabaseFile) => readonly Buffer[]): Image[] {
  const databases = DATABASE_FILES.filter((file) => existsSync(join(folder, file)));
  const read = databases.flatMap((file) =>
    statesOf(join(folder, `${file}-wal`)).flatMap((walBytes) =>
      openImage({ folder, file, name, walBytes, keys: keysOf(file) }),
    ),
  );
  const others = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return [
    ...read,
    ...others.map((entry) => ({
      name: `${name} ${entry.name}`,
      bytes: readFileSync(join(folder, entry.name)),
      keyRows: [],
    })),
  ];
}

/** Lengths of the WAL up to each of its commits, and none of it. */
function statesOf(wal: string): number[] {
  if (!existsSync(wal)) return [0];
  const bytes = readFileSync(wal);
  const states = [0];
  if (bytes.length < WAL_HEADER_BYTES) return states;
  const frame = FRAME_HEADER_BYTES + bytes.readUInt32BE(8);
  for (let at = WAL_HEADER_BYTES; at + frame <= bytes.length; at += frame)
    if (bytes.readUInt32BE(at + 4) !== 0) states.push(at + frame);
  return states;
}

interface ImageParts {
  readonly folder: string;
  readonly file: DatabaseFile;
  readonly name: string;
  readonly walBytes: number;
  readonly keys: readonly Buffer[];
}

/** Opens a copy, so that looking changes nothing; none where no key opens it. */
function openImage({ folder, file, name, walBytes, keys }: ImageParts): Image[] {
  const [first, ...more] = keys;
  if (first === undefined) return [];
  const scratch = mkdtempSync(join(tmpdir(), 'lintel-image-'));
  try {
    copyFileSync(join(folder, file), join(scratch, file));
    if (walBytes > 0) {
      copyFileSync(join(folder, `${file}-wal`), join(scratch, `${file}-wal`));
      truncateSync(join(scratch, `${file}-wal`), walBytes);
    }
    const options = {
      folder: scratch,
      file,
      keys: [first, ...more] as const,
      migrations: MIGRATIONS[file],
      pageBytes: 4_096,
      mayMake: false,
    };
    const database = openDatabase(options);
    const keyRows = file === 'keyring.db' ? keyRowsOf(database) : [];
    database.pragma('journal_mode = DELETE');
    database.pragma("rekey = ''");
    database.close();
    return [
      { name: `${name} ${file}, ${walBytes} bytes of its WAL`, bytes: readFileSync(join(scratch, file)), keyRows },
    ];
  } catch {
    return [];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function keyRowsOf(database: Sqlite): KeyRow[] {
  const blocks = database
    .prepare<[], { block: number; format: number; sealed: Buffer }>('SELECT block, format, sealed FROM key_blocks')
    .all();
  const lists = database
    .prepare<[], { generation: number; format: number; sealed: Buffer }>(
      'SELECT generation, format, sealed FROM key_list',
    )
    .all();
  return [
    ...blocks.map((row) => ({ kind: 'block' as const, ...row })),
    ...lists.map((row) => ({ kind: 'list' as const, ...row })),
  ];
}

const PIECE_BYTES = 4_096;
/** So that what stands across the edge of a piece is found in one of them. */
const OVERLAP_BYTES = 64;

/** The distinct pieces of all images, each once: most pages of one state are those of the next. */
export function distinctPieces(images: readonly Image[]): { readonly name: string; readonly bytes: Buffer }[] {
  const seen = new Set<string>();
  return images.flatMap(({ name, bytes }) => {
    const pieces: { name: string; bytes: Buffer }[] = [];
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES + OVERLAP_BYTES);
      const hash = createHash('sha256').update(piece).digest('base64');
      if (seen.has(hash) || piece.every((byte) => byte === 0)) continue;
      seen.add(hash);
      pieces.push({ name: `${name}, byte ${at}`, bytes: piece });
    }
    return pieces;
  });
}
