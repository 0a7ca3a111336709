import { resolve } from 'node:path';
import type { JournalEventKind } from '#core/journal/entry.ts';
import type { JournalQuery } from '#core/journal/search.ts';
import type { AccessPointId, DoorId, JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { checkExport } from '#storage/journal/checkExport.ts';
import { numberOf, parseJournalArguments, timeOf, unusable, type JournalArguments } from './journal/arguments.ts';
import { journalDesk, type JournalDesk } from './journal/desk.ts';
import { result, runCommand, type Arguments, type Result } from './report.ts';

/** Searches, verifies and exports a gate's journal. Says how it is used where it is used otherwise. */

const SEARCH_LIMIT = 100;

async function journal({ rest }: Arguments): Promise<{ results: readonly Result[] }> {
  const given = parseJournalArguments(rest);
  if (given.command === 'verify-export') return { results: await verifyExport(given) };
  const desk = await journalDesk(given.data(), given.places);
  try {
    if (given.command === 'search') return { results: await search(given, desk) };
    return { results: given.command === 'verify' ? await verify(given, desk) : await exportIt(given, desk) };
  } finally {
    await desk.close();
  }
}

/** Each entry is a result: its event as JSON, its time beside it. */
async function search(given: JournalArguments, desk: JournalDesk): Promise<Result[]> {
  const found = await desk.search(queryOf(given), numberOf(given, 'limit') ?? SEARCH_LIMIT);
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
  const from = timeOf(given, 'from');
  const until = timeOf(given, 'until');
  const { kind, 'access-point': accessPoint, door, person, subjects } = values;
  return {
    ...(from === undefined ? {} : { from: wallTime(from) }),
    ...(until === undefined ? {} : { until: wallTime(until) }),
    ...(kind === undefined ? {} : { kind: kind as JournalEventKind }),
    ...(accessPoint === undefined ? {} : { accessPoint: accessPoint as AccessPointId }),
    ...(door === undefined ? {} : { door: door as DoorId }),
    ...(person === undefined ? {} : { person: person as Pseudonym }),
    ...(subjects === true ? { subjects } : {}),
  };
}

async function verify(given: JournalArguments, desk: JournalDesk): Promise<Result[]> {
  const anchor = given.values.anchor;
  const check = await desk.check(anchor === undefined ? [] : [resolve(anchor)]);
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

async function exportIt(given: JournalArguments, desk: JournalDesk): Promise<Result[]> {
  const { to: path } = given.values;
  if (path === undefined) throw unusable('no --to');
  const form = given.values.form ?? 'jsonl';
  if (form !== 'jsonl' && form !== 'csv') throw unusable(`--form ${form}`);
  const [from, to] = [numberOf(given, 'first'), numberOf(given, 'last')];
  const { signature } = await desk.export({
    path: resolve(path),
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
  const key = values['public-key'];
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
