import * as z from 'zod/mini';
import type { JournalCheck } from '#core/journal/check.ts';
import type { JournalFound, JournalQuery } from '#core/journal/search.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Json } from '#core/kernel/json.ts';
import { askGate } from '#service/control/askGate.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { folderHoldsData, folderIsSimulated } from '#storage/files/folderMarker.ts';
import type { ExportRequest, ExportSummary } from '#storage/journal/exportJournal.ts';
import { epochFileBeside } from '#storage/keys/epochPlace.ts';
import { openRoot } from '#storage/openMaster.ts';
import { openStorage } from '#storage/openStorage.ts';

/** The journal of a data folder, through the gate that works on it or, where none does, opened here. */
export interface JournalDesk {
  search(query: JournalQuery, limit: number): Promise<JournalFound>;
  check(exports: readonly string[]): Promise<JournalCheck>;
  export(request: ExportRequest): Promise<ExportSummary>;
  close(): Promise<void>;
}

/** `key` is asked for only where no gate works on the folder. @throws Fault `command`, `key`, `storage` */
export async function journalDesk(folder: string, key: () => string): Promise<JournalDesk> {
  if (!folderHoldsData(folder))
    throw new Fault('command', { thing: folder, found: 'no data of a gate', expected: 'its data folder' });
  return (await askGate(folder, 'health', {})) === undefined ? await opened(folder, key()) : atTheGate(folder);
}

/** As a start of the gate would open it: what is wrong behind the last anchor is recorded. */
async function opened(folder: string, key: string): Promise<JournalDesk> {
  const master = openRoot(createFileKeyStore(key), folder);
  const report = ({ part, level, says }: { part: string; level: string; says: string }): void => {
    if (level !== 'ok') console.error(`${part}: ${says}`);
  };
  const simulated = folderIsSimulated(folder);
  const opening = openStorage({ folder, simulated, master, epoch: epochFileBeside(key), report });
  master.fill(0);
  const { journal, close } = await opening;
  return {
    search: (query, limit) => journal.search(query, limit),
    check: (exports) => journal.check({ indexes: true, exports }),
    export: (request) => journal.export(request),
    close,
  };
}

/** What our own gate answers: only that it is what it says is looked at. */
const entries = z.custom<JournalFound>(
  (found) => z.object({ entries: z.array(z.object({})) }).safeParse(found).success,
);
const check = z.custom<JournalCheck>((found) => z.object({ findings: z.array(z.object({})) }).safeParse(found).success);
const summary = z.custom<ExportSummary>((found) => z.object({ signature: z.object({}) }).safeParse(found).success);

const atTheGate = (folder: string): JournalDesk => {
  const ask = async <Answer>(command: string, given: Json, shape: z.ZodMiniType<Answer>): Promise<Answer> =>
    shape.parse(await askGate(folder, command, given));
  return {
    search: (query, limit) => ask('journal-search', { query: { ...query }, limit }, entries),
    check: (exports) => ask('journal-verify', { indexes: true, exports }, check),
    export: (request) => ask('journal-export', { ...request }, summary),
    close: () => Promise.resolve(),
  };
};
