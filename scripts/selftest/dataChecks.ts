import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { elapsed, wallTime, type WallTime } from '#core/kernel/units.ts';
import { folderHoldsData } from '#storage/files/folderMarker.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { openRoot } from '#storage/openMaster.ts';
import { openStorage, type Storage } from '#storage/openStorage.ts';
import type { Commissioning } from './commissioning.ts';

/** No clock that was ever set says less: the rules that this gate follows are of that day. */
const CLOCK_EARLIEST = wallTime(Date.UTC(2025, 5, 1));
const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
const CLOCK_YEARS_MAX = 30;
/** How long wall time and elapsed time are compared, and how far they may be apart. */
const CLOCK_COMPARED_MS = 500;
const CLOCK_APART_MS_MAX = 100;
const ENTRIES_AT_ONCE = 1_000;
/** How the storage's fault begins where another start holds the folder. */
const IN_USE = 'another gate that runs on it';

/** The master secret, where there is one already: nothing is made here. It is for the caller to overwrite. */
export async function showKey({ config, findings, report }: Commissioning): Promise<Uint8Array | undefined> {
  const { root } = config.keys;
  const store = createKeyStore(root);
  let master: Uint8Array | undefined;
  await findings.show('key.opens', async () => {
    const { kind, worth } = store.protection;
    if (store.exists()) {
      master = openRoot(store, config.dataFolder);
      report({ part: 'key store', level: kind === 'tpm' ? 'ok' : 'warning', says: worth });
      return { value: kind, note: worth };
    }
    if (folderHoldsData(config.dataFolder)) {
      throw new Fault('key', {
        thing: root.path,
        found: 'no key beside data',
        expected: 'the key that this data was sealed with: bring it back from its backup',
      });
    }
    accessSync(existing(root.path), constants.W_OK);
    return { value: 'none yet', note: `made at the first start, as ${root.path}; ${worth}` };
  });
  return master;
}

/** When the newest entry of the journal was written, where there is one. Overwrites `master`. */
export async function showDataFolder(
  { config, findings, report }: Commissioning,
  master: Uint8Array | undefined,
): Promise<WallTime | undefined> {
  let newest: WallTime | undefined;
  await findings.show('data.opens', async () => {
    const { dataFolder: folder } = config;
    if (!folderHoldsData(folder)) {
      accessSync(existing(folder), constants.W_OK);
      return { value: 'none yet', note: `made at the first start, as ${folder}` };
    }
    if (master === undefined) return { ok: false, note: 'the key does not open' };
    const opening = openStorage({
      folder,
      simulated: false,
      master,
      epoch: config.keys.epoch,
      report,
    });
    const storage = await opening.catch((error: unknown) => inUse(error));
    if (storage === undefined) return { value: 'in use', note: 'a gate runs on it: it has opened it' };
    try {
      newest = await newestEntry(storage);
      return { value: 'opens', note: await peopleIn(storage) };
    } finally {
      await storage.close();
    }
  });
  master?.fill(0);
  return newest;
}

function inUse(error: unknown): undefined {
  if (error instanceof Fault && error.found === IN_USE) return undefined;
  throw error;
}

async function peopleIn(storage: Storage): Promise<string> {
  let templates = 0;
  const { cardholders, credentials } = await storage.people.load((some) => (templates += some.length));
  return `${cardholders.length} cardholders, ${credentials.length} credentials, ${templates} templates`;
}

async function newestEntry({ journal }: Storage): Promise<WallTime | undefined> {
  let newest: WallTime | undefined;
  for (let from = 1; ; from += ENTRIES_AT_ONCE) {
    const entries = await journal.read(from as JournalId, ENTRIES_AT_ONCE);
    newest = entries.at(-1)?.at ?? newest;
    if (entries.length < ENTRIES_AT_ONCE) return newest;
  }
}

/** The clock was set, goes as fast as time does, and is not before what was recorded. */
export async function showClock({ clock, findings }: Commissioning, newest: WallTime | undefined): Promise<void> {
  await findings.show('clock.plausible', async () => {
    const [wall, start] = [clock.wall(), clock.monotonic()];
    await setTimeout(CLOCK_COMPARED_MS);
    const apart = Math.abs(clock.wall() - wall - elapsed(start, clock.monotonic()));
    const wrong = [
      wall < CLOCK_EARLIEST ? `before ${iso(CLOCK_EARLIEST)}: never set` : undefined,
      wall > CLOCK_EARLIEST + CLOCK_YEARS_MAX * YEAR_MS ? `more than ${CLOCK_YEARS_MAX} years ahead` : undefined,
      apart > CLOCK_APART_MS_MAX ? `jumped by ${Math.round(apart)} ms while it was looked at` : undefined,
      newest !== undefined && newest > wall ? `before the newest entry of the journal, of ${iso(newest)}` : undefined,
    ].filter((what) => what !== undefined);
    return { ok: wrong.length === 0, value: iso(wall), note: wrong.length === 0 ? null : wrong.join('; ') };
  });
}

const iso = (wall: number): string => new Date(wall).toISOString();

/** The nearest folder above a path that is there. */
function existing(path: string): string {
  const above = dirname(path);
  return existsSync(above) || above === path ? above : existing(above);
}
