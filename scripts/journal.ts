import { resolve } from 'node:path';
import type { JournalEventKind } from '#core/journal/entry.ts';
import type { JournalQuery } from '#core/journal/search.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { AccessPointId, DoorId, JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { folderHoldsData } from '#storage/files/folderMarker.ts';
import { checkExport } from '#storage/journal/checkExport.ts';
import { epochFileBeside } from '#storage/keys/epochPlace.ts';
import { openStorage, type Storage } from '#storage/openStorage.ts';
import {
  needed,
  numberOf,
  parseJournalArguments,
  timeOf,
  unusable,
  type JournalArguments,
} from './journal/arguments.ts';
import { result, runCommand, type Arguments, type Result } from './report.ts';

/** Searches, verifies and exports the journal of a gate that does not run. Says how it is used where it is used otherwise. */

const SEARCH_LIMIT = 100;

async function journal({ rest }: Arguments): Promise<{ results: readonly Result[] }> {
  const given = parseJournalArguments(rest);
  if (given.command === 'verify-export') return { results: await verifyExport(given) };
  const storage = await open(given);
  try {
    if (given.command === 'search') return { results: await search(given, storage) };
    return { results: given.command === 'verify' ? await verify(given, storage) : await exportIt(given, storage) };
  } finally {
    await storage.close();
  }
}

/** As a start of the gate would: what is wrong behind the last anchor is recorded. */
async function open(given: JournalArguments): Promise<Storage> {
  const folder = needed(given, '--data');
  const key = needed(given, '--key');
  if (!folderHoldsData(folder))
    throw new Fault('command', { thing: folder, found: 'no data of a gate', expected: 'its data folder' });
  const master = createFileKeyStore(key).open();
  const report = ({ part, level, says }: { part: string; level: string; says: string }): void => {
    if (level !== 'ok') console.error(`${part}: ${says}`);
  };
  const opening = openStorage({ folder, simulated: given.simulated, master, epoch: epochFileBeside(key), report });
  master.fill(0);
  return opening;
}

/** Each entry is a result: its event as JSON, its time beside it. */
async function search(given: JournalArguments, { journal: stored }: Storage): Promise<Result[]> {
  const found = await stored.search(queryOf(given), numberOf(given, '--limit') ?? SEARCH_LIMIT);
  const entries = found.entries.map(({ id, at, event, subject, simulated }) =>
    result(`entry ${id}`, {
      value: JSON.stringify({
        event,
        ...(subject === undefined ? {} : { subject }),
        ...(simulated ? { simulated } : {}),
      }),
      note: new Date(at).toISOString(),
    }),
  );
  const { next } = found;
  const more = next === undefined ? 'all there are' : `there are more, from ${new Date(next.at).toISOString()} on`;
  return [...entries, result('found', { value: entries.length, unit: 'entries', note: more })];
}

function queryOf(given: JournalArguments): JournalQuery {
  const { values } = given;
  const from = timeOf(given, '--from');
  const until = timeOf(given, '--until');
  const text = <Text extends string>(name: string): Text | undefined => values.get(name) as Text | undefined;
  const kind = text<JournalEventKind>('--kind');
  const accessPoint = text<AccessPointId>('--access-point');
  const door = text<DoorId>('--door');
  const person = text<Pseudonym>('--person');
  return {
    ...(from === undefined ? {} : { from: wallTime(from) }),
    ...(until === undefined ? {} : { until: wallTime(until) }),
    ...(kind === undefined ? {} : { kind }),
    ...(accessPoint === undefined ? {} : { accessPoint }),
    ...(door === undefined ? {} : { door }),
    ...(person === undefined ? {} : { person }),
    ...(values.get('--subjects') === 'yes' ? { subjects: true } : {}),
  };
}

async function verify(given: JournalArguments, { journal: stored }: Storage): Promise<Result[]> {
  const anchor = given.values.get('--anchor');
  const check = await stored.check({ indexes: true, ...(anchor === undefined ? {} : { exports: [resolve(anchor)] }) });
  const covered = check.coveredTo === 0 ? 'no anchor' : `up to entry ${check.coveredTo}, by ${check.coveredBy}`;
  const recorded =
    check.recordedDamage.length === 0
      ? ''
      : `; entries ${check.recordedDamage.join(', ')} tell of damage found earlier`;
  return [
    result('journal', {
      ok: check.ok,
      value: check.entries,
      unit: 'entries',
      note: `${check.first} to ${check.last}${recorded}`,
    }),
    result('covered', { value: check.coveredTo, note: covered }),
    result('behind the anchor', {
      value: check.after,
      unit: 'entries',
      note: 'chained; the holder of the file key could have written them',
    }),
    ...check.findings.map(({ kind, from, to, says }) =>
      result(`finding: ${kind}`, { ok: false, value: `${from}-${to}`, note: says }),
    ),
  ];
}

async function exportIt(given: JournalArguments, { journal: stored }: Storage): Promise<Result[]> {
  const form = given.values.get('--form') ?? 'jsonl';
  if (form !== 'jsonl' && form !== 'csv') throw unusable(`--form ${form}`);
  const [from, to] = [numberOf(given, '--first'), numberOf(given, '--last')];
  const { path, signature } = await stored.export({
    path: resolve(needed(given, '--to')),
    form,
    ...(from === undefined ? {} : { from: from as JournalId }),
    ...(to === undefined ? {} : { to: to as JournalId }),
  });
  const { first, last, key, hash } = signature;
  return [
    result('exported', { value: last - first + 1, unit: 'entries', note: `${first} to ${last} in ${path}` }),
    result('head', { value: hash }),
    result('public key', { value: key, note: 'keep it apart from the export: whoever verifies the export needs it' }),
  ];
}

async function verifyExport({ files, values }: JournalArguments): Promise<Result[]> {
  const [file] = files;
  if (file === undefined || files.length > 1) throw unusable(files.join(' ') || 'no file');
  const key = values.get('--public-key');
  if (key !== undefined && !/^[0-9a-f]{64}$/.test(key)) throw unusable(`--public-key ${key}`);
  const check = await checkExport(file, key === undefined ? undefined : [Buffer.from(key, 'hex')]);
  const by =
    key === undefined
      ? `signed by ${check.signature.key}: compare it with the key of the gate`
      : 'signed by the key of the gate';
  return [
    result('export', { ok: check.ok, value: check.entries, unit: 'entries', note: check.ok ? by : null }),
    ...check.says.map((says) => result('finding', { ok: false, note: says })),
  ];
}

await runCommand('journal', journal);
