import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { ErasedThing } from '#core/privacy/erasureReport.ts';
import { askGate } from '#service/control/askGate.ts';
import { decommission } from '#storage/decommission/decommission.ts';
import { verifyErasureReport } from '#storage/decommission/erasureReports.ts';
import { folderIsSimulated } from '#storage/files/folderMarker.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { RecoveryCopy } from '#storage/keys/recoveryCopy.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { openRoot } from '#storage/openMaster.ts';
import { PLACE_OPTIONS, PLACE_USAGE, placesOf, type Places } from './dataFolder.ts';
import { result, runCommand, type Arguments, type Result } from './report.ts';

const USAGE = `one of
  decommission WHERE --by WHO --why REASON --report FILE (--export FILE | --without-journal)
                                  erase a terminal that is stopped: its keys, its data, its escrow. --export takes its
                                  journal along first: logs are to be kept for six months at least (网络安全法 21)
  decommission verify FILE PUBLIC-KEY...
                                  is this the report of a terminal with this key?
${PLACE_USAGE}`;

/** Who and why are written into the report as they are given. */
const WORDS_MAX = 200;

const OPTIONS = {
  ...PLACE_OPTIONS,
  by: { type: 'string' },
  why: { type: 'string' },
  report: { type: 'string' },
  export: { type: 'string' },
  'without-journal': { type: 'boolean' },
} as const;

const unusable = (found: string): Fault => new Fault('command', { thing: 'decommission', found, expected: USAGE });

async function run({ rest }: Arguments): Promise<{ results: readonly Result[] }> {
  const { values, positionals } = parsed(rest);
  const [command, file, ...keys] = positionals;
  if (command === undefined) return { results: await eraseAll(values) };
  if (command !== 'verify' || file === undefined || keys.length === 0) throw unusable(rest.join(' '));
  const report = verifyErasureReport(readFileSync(file, 'utf8'), keys);
  const says = `terminal ${report.terminal}, ${report.people} people, by ${report.by}: ${report.why}`;
  return { results: [result('report', { ok: report.state === 'done', value: report.state, note: says })] };
}

type Given = ReturnType<typeof parsed>['values'];

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw unusable(messageOf(error));
  }
}

async function eraseAll(given: Given): Promise<Result[]> {
  const by = worded('--by', given.by);
  const why = worded('--why', given.why);
  if (given.report === undefined) throw unusable('no --report');
  if ((given.export === undefined) !== (given['without-journal'] === true))
    throw unusable('not one of --export and --without-journal');
  const places = placesOf(given);
  await refuseWhileItWorks(places);
  const { data, root, epoch, escrow, backups } = places;
  const keyStore = createKeyStore(root);
  const master = openRoot(keyStore, data);
  const recovery = new RecoveryCopy(root).path;
  const signed = decommission({
    vault: {
      folder: data,
      simulated: folderIsSimulated(data),
      master,
      root,
      epoch,
      escrowPlaces: escrow,
      maxPages: {},
      report: ({ part, level, says }) => console.error(`${part}, ${level}: ${says}`),
    },
    keyStore,
    epochs: createEpochStore(epoch),
    besideKey: [recovery],
    backups: backups === undefined ? [] : [backups],
    by,
    why,
    reportTo: resolve(given.report),
    ...(given.export === undefined ? {} : { exportTo: resolve(given.export) }),
    wall: () => wallTime(Date.now()),
  });
  master.fill(0);
  return [
    ...signed.report.erased.map(resultOf),
    result('report', { value: resolve(given.report), note: `signed by ${signed.key}: keep this key apart from it` }),
  ];
}

/** A gate that works would go on from memory, and write anew what is erased. */
async function refuseWhileItWorks({ data }: Places): Promise<void> {
  if (!existsSync(data)) throw new Fault('command', { thing: data, found: 'nothing', expected: 'a data folder' });
  if ((await askGate(data, 'health', {})) === undefined) return;
  throw new Fault('command', { thing: data, found: 'a gate that works on it', expected: 'one that is stopped' });
}

const resultOf = ({ thing, how, outcome, says }: ErasedThing): Result =>
  result(thing, { ok: outcome === 'erased', value: outcome, note: says ?? how });

function worded(name: string, value: string | undefined): string {
  if (value === undefined || value.trim() === '') throw unusable(`no ${name}`);
  if (value.length > WORDS_MAX) throw unusable(`${value.length} characters for ${name}, at most ${WORDS_MAX}`);
  return value.trim();
}

await runCommand('decommission', run);
