import * as z from 'zod/mini';
import type { JournalCheck } from '#core/journal/check.ts';
import type { JournalFound, JournalQuery } from '#core/journal/search.ts';
import { Fault } from '#core/kernel/fault.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { Json } from '#core/kernel/json.ts';
import { askGate } from '#service/control/askGate.ts';
import { folderHoldsData } from '#storage/files/folderMarker.ts';
import type { ExportRequest, ExportSummary } from '#storage/journal/exportJournal.ts';
import { openHere, type Places } from '../dataFolder.ts';

/** The journal of a data folder, through the gate that works on it or, where none does, opened here. */
export interface JournalDesk {
  search(query: JournalQuery, limit: number): Promise<JournalFound>;
  check(exports: readonly string[]): Promise<JournalCheck>;
  export(request: ExportRequest): Promise<ExportSummary>;
  close(): Promise<void>;
}

/** `places` is asked for only where no gate works on the folder. @throws Fault `command`, `key`, `storage` */
export async function journalDesk(folder: string, places: () => Places): Promise<JournalDesk> {
  if (!folderHoldsData(folder))
    throw new Fault('command', { thing: folder, found: 'no data of a gate', expected: 'its data folder' });
  if ((await askGate(folder, 'health', {})) !== undefined) return atTheGate(folder);
  // As a start of the gate would open it: what is wrong behind the last anchor is recorded.
  const { journal, close } = await openHere(places());
  return {
    search: (query, limit) => journal.search(query, limit),
    check: (exports) => journal.check({ indexes: true, exports }),
    export: async (request) => {
      const exported = await journal.export(request);
      const { first, last } = exported.signature;
      await journal.append({ at: wallTime(Date.now()), event: { kind: 'journal-exported', first, last } });
      return exported;
    },
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
