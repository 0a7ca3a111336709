import * as z from 'zod/mini';
import type { JournalEvent, JournalEventKind } from '#core/journal/entry.ts';
import type { JournalQuery } from '#core/journal/search.ts';
import type { AccessPointId, DoorId, JournalId, Pseudonym } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { StoredJournal } from '#storage/thread/threadedJournal.ts';
import { asJson, controlCommand, type ControlCommand } from './controlCommand.ts';

/** Entries that one search answers with: an answer is one line. */
export const ENTRIES_FOUND_MAX = 1_000;

const text = <Text extends string>(): z.ZodMiniType<Text> => z.custom<Text>((value) => typeof value === 'string');
const number = <Value extends number>(): z.ZodMiniType<Value> =>
  z.custom<Value>((value) => Number.isSafeInteger(value));

export const JournalQueryShape: z.ZodMiniType<JournalQuery> = z.strictObject({
  from: z.exactOptional(number<WallTime>()),
  until: z.exactOptional(number<WallTime>()),
  kind: z.exactOptional(text<JournalEventKind>()),
  accessPoint: z.exactOptional(text<AccessPointId>()),
  door: z.exactOptional(text<DoorId>()),
  person: z.exactOptional(text<Pseudonym>()),
  subjects: z.exactOptional(z.boolean()),
});

const Position = z.strictObject({ at: number<WallTime>(), id: number<JournalId>() });
const Search = z.strictObject({
  query: JournalQueryShape,
  limit: z.int().check(z.positive(), z.maximum(ENTRIES_FOUND_MAX)),
  behind: z.exactOptional(Position),
});
const Check = z.strictObject({ indexes: z.boolean(), exports: z.array(z.string()) });
const Export = z.strictObject({
  path: z.string(),
  form: z.enum(['jsonl', 'csv']),
  from: z.exactOptional(number<JournalId>()),
  to: z.exactOptional(number<JournalId>()),
});

/** The journal of a gate that works, to look into and to take along. Looking into it is recorded as well. */
export const journalCommands = (
  journal: Pick<StoredJournal, 'search' | 'check' | 'export'>,
  record: (event: JournalEvent) => void,
): readonly ControlCommand[] => [
  controlCommand('journal-search', {
    recorded: true,
    given: Search,
    run: async ({ query, limit, behind }) => asJson(await journal.search(query, limit, behind)),
  }),
  controlCommand('journal-verify', {
    recorded: true,
    given: Check,
    run: async (options) => asJson(await journal.check(options)),
  }),
  controlCommand('journal-export', {
    recorded: true,
    given: Export,
    run: async (request) => {
      const summary = await journal.export(request);
      const { first, last } = summary.signature;
      record({ kind: 'journal-exported', first, last });
      return asJson(summary);
    },
  }),
];
