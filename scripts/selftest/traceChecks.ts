import { DATABASE_FILES } from '#storage/files/folderMarker.ts';
import type { Findings } from './findings.ts';
import { searchOwnMemory } from './processMemory.ts';
import type { FileSeen, FolderSeen } from '../traces/searchFolder.ts';
import type { Witness } from './witnessLink.ts';
import { DISGUISE, type Looked } from './witnessMessages.ts';

/** How every SQLite file begins that is not encrypted. */
const SQLITE_HEAD = 'SQLite format 3\0';
/** What a simulated gate may leave in its folder; anything else is a surprise. */
const KNOWN_FILE =
  /^(data\/simulated\/((keyring|biometrics|identities|journal)\.db(-wal|-shm)?|lock(-journal)?|folder\.json|cabinet\.json|anchor|journal\.reserve|door-modes\.json|reader-keys|pin-tries|spent-passes)|data\/simulated\.key(\.epoch)?|gate\.log)$/;
const NAMES_TOLD_MAX = 6;
const KEPT_ON_PURPOSE = 'kept on purpose';

const kilobytes = (files: readonly FileSeen[]): number =>
  Math.round(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000);
const named = (names: readonly string[]): string =>
  names.slice(0, NAMES_TOLD_MAX).join('; ') + (names.length > NAMES_TOLD_MAX ? '; …' : '');

/** The search finds one piece of everything that it is to find, so that finding nothing means something. */
export async function showSearchFinds(
  witness: Witness,
  looked: Looked,
  parts: { folder: string; findings: Findings },
): Promise<void> {
  await parts.findings.show('traces.planted_found', async () => {
    const { planted, found, missed } = await witness.plant(parts.folder);
    const told =
      `one piece of each kind in each form (bytes, hex, base64, 64-bit, text) of ${looked.needles} pieces; a crop is drawn ` +
      'anew from its frame and cannot carry the marker, so what each model was shown is searched for itself';
    return {
      ok: planted > 0 && found === planted,
      value: found,
      limit: planted,
      unit: 'kinds',
      note: missed.length === 0 ? told : `missed: ${named(missed)}`,
    };
  });
  parts.findings.add('traces.probe_cosine', {
    ok: looked.sameCosine > looked.otherCosine,
    value: Math.round(looked.sameCosine * 1_000) / 1_000,
    note: `the probe that is searched for is the enrolled person's: cosine of two photographs; of anybody else at most ${looked.otherCosine.toFixed(3)}`,
  });
}

/** Nothing of what was before the camera in any file of the gate that runs: WAL, log and key folder too. */
export async function showNoTraces(name: string, find: () => Promise<FolderSeen>, findings: Findings): Promise<void> {
  await findings.show(name, async () => {
    const { files, found } = await find();
    return {
      ok: files.length > 0 && found.length === 0,
      ...finds(
        found,
        `no marker, pixels, crop, features or probe in ${files.length} files, ${kilobytes(files)} kB: ${files.map(({ path }) => path).join(', ')}`,
      ),
    };
  });
}

/** Every database encrypted, and no file that nobody knows of. */
export async function showFiles(witness: Pick<Witness, 'search'>, folder: string, findings: Findings): Promise<void> {
  const { files } = await witness.search(folder);
  const databases = files.filter(({ path }) => path.startsWith('data/') && path.endsWith('.db'));
  const readable = databases.filter(({ head }) => head === SQLITE_HEAD);
  findings.add('files.databases_encrypted', {
    ok:
      databases.length === DATABASE_FILES.length && readable.length === 0 && databases.every(({ bytes }) => bytes > 0),
    value: databases.length - readable.length,
    limit: DATABASE_FILES.length,
    unit: 'databases',
    note: 'none begins with "SQLite format 3"; the same files without their cipher do: see traces.behind_cipher',
  });
  const surprises = files.map(({ path }) => path).filter((path) => !KNOWN_FILE.test(path));
  findings.add('files.unknown', {
    ok: surprises.length === 0,
    value: surprises.length,
    limit: 0,
    unit: 'files',
    note: surprises.length === 0 ? null : named(surprises),
  });
}

/** Whatever was put into the databases beside sealed rows stands readable once the cipher of the files is gone. */
export async function showBehindCipher(
  witness: Witness,
  parts: { data: string; keyFile: string; findings: Findings },
): Promise<void> {
  await parts.findings.show('traces.behind_cipher', async () => {
    const { files, found } = await witness.searchBehindCipher(parts.data, parts.keyFile);
    const bare = files.filter(({ head }) => head === SQLITE_HEAD).length;
    return {
      ok: bare === DATABASE_FILES.length && found.length === 0,
      ...finds(
        found,
        `in copies of ${bare} databases without the cipher of the files, which begin with "SQLite format 3"`,
      ),
    };
  });
}

/** Nothing of what was made of a face in the memory of the gate's own process, once the decision has fallen. */
export async function showMemory(looked: Looked, findings: Findings): Promise<void> {
  await findings.show('memory.after_denials', async () => {
    const kept = Float32Array.from({ length: 64 }, () => Math.random());
    const own = new Uint32Array(kept.buffer, 0, 8).map((word) => word ^ DISGUISE);
    const found = await searchOwnMemory([...looked.memory, { name: KEPT_ON_PURPOSE, words: own }]);
    const still = kept.some((value) => value !== 0);
    if (!(found instanceof Map))
      return {
        value: null,
        note: `the kernel does not let a process of this account read its own memory: ${found.why}`,
      };
    const left = [...found]
      .filter(([name, times]) => name !== KEPT_ON_PURPOSE && times > 0)
      .map(([name, times]) => `${name}: ${times} times`);
    const sees = still && (found.get(KEPT_ON_PURPOSE) ?? 0) > 0;
    const told = `no probe, features or crop of ${found.size - 1} that were looked for; what was kept on purpose was found`;
    return {
      ok: sees && left.length === 0,
      value: left.length,
      limit: 0,
      unit: 'finds',
      note: left.length > 0 ? named(left) : sees ? told : 'the search did not find what was kept on purpose',
    };
  });
}

const finds = (found: FolderSeen['found'], note: string) => ({
  value: found.length,
  limit: 0,
  unit: 'finds',
  note: found.length > 0 ? named(found) : note,
});
