import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { openDatabase, type Sqlite } from '#storage/files/openDatabase.ts';
import { ANCHOR_FILE, AnchorFile } from '#storage/journal/anchorFile.ts';
import { JournalFile } from '#storage/journal/journalFile.ts';
import { createEd25519Signer } from '#storage/keys/curveKeys.ts';
import { journal0001 } from '#storage/migrations/journal0001.ts';
import { PersonKeys } from '#storage/vault/personKeys.ts';

/** A journal alone, without the people: quick to open. */
class JournalAlone implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'lintel-torn-'));
  readonly #fileKey = randomBytes(32);
  readonly #signer = createEd25519Signer(randomBytes(32));

  open(folder: string, act: (journal: JournalFile, database: Sqlite) => void): void {
    const database = openDatabase({
      folder,
      file: 'journal.db',
      keys: [Buffer.from(this.#fileKey)],
      migrations: [journal0001],
      pageBytes: 4_096,
      mayMake: true,
    });
    try {
      const anchors = [new AnchorFile(join(folder, ANCHOR_FILE))];
      const parts = { database, simulated: true, keys: new PersonKeys(), signer: this.#signer, anchors };
      act(new JournalFile({ ...parts, report: () => undefined, wall: () => wallTime(1) }), database);
    } finally {
      database.close();
    }
  }

  [Symbol.dispose](): void {
    for (const path of [this.path, this.torn]) rmSync(path, { recursive: true, force: true });
  }

  /** What a loss of power leaves of it. */
  get torn(): string {
    return `${this.path}-torn`;
  }
}

const entries = (from: number, count: number): Parameters<JournalFile['append']>[0] =>
  Array.from({ length: count }, (_, index) => ({
    at: wallTime(from + index),
    event: { kind: 'link-lost', part: `part ${from + index}` },
  }));

it('of a commit that a loss of power tore, all or nothing is there, and everything before it', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 300 }), fc.integer(), fc.boolean(), (before, last, cut, garbage) => {
      using alone = new JournalAlone();
      let acknowledged = 0;
      alone.open(alone.path, (journal) => {
        for (const count of before) {
          journal.append(entries(acknowledged + 1, count));
          journal.anchor();
          acknowledged += count;
        }
        const wal = join(alone.path, 'journal.db-wal');
        const synced = statSync(wal).size;
        journal.append(entries(acknowledged + 1, last));
        cpSync(alone.path, alone.torn, { recursive: true });
        tear(join(alone.torn, 'journal.db-wal'), { synced, cut, garbage });
      });
      alone.open(alone.torn, (journal) => {
        expect([acknowledged, acknowledged + last]).toContain(journal.last);
        const read = journal.read(1 as JournalId, 10_000);
        expect(read.map(({ id, at }) => [id, at])).toEqual(
          Array.from({ length: journal.last }, (_, index) => [index + 1, index + 1]),
        );
      });
    }),
    { numRuns: 40 },
  );
});

/** Cuts off what was not synced somewhere, or leaves noise there. */
function tear(path: string, { synced, cut, garbage }: { synced: number; cut: number; garbage: boolean }): void {
  const bytes = readFileSync(path);
  if (bytes.length <= synced) return;
  const at = synced + (Math.abs(cut) % (bytes.length - synced + 1));
  if (garbage) randomBytes(bytes.length - at).copy(bytes, at);
  writeFileSync(path, garbage ? bytes : bytes.subarray(0, at));
}
