import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf } from '#core/kernel/fault.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { EpochStore } from '#core/ports/epochStore.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';
import {
  ERASURE_REPORT_VERSION,
  type ErasedThing,
  type ErasureReport,
  type SignedErasureReport,
} from '#core/privacy/erasureReport.ts';
import { replaceFile } from '../files/atomicFile.ts';
import { FolderLock, LOCK_FILE } from '../files/folderLock.ts';
import { overwriteFile } from '../files/overwriteFile.ts';
import { escrowFile } from '../keys/escrow.ts';
import { Vault, type VaultOptions } from '../thread/vault.ts';
import { signErasureReport } from './erasureReports.ts';

export interface DecommissionParts {
  readonly vault: VaultOptions;
  readonly keyStore: KeyStore;
  readonly epochs: EpochStore;
  /** Files outside the data folder that go with its keys: what a recovery key opens. */
  readonly besideKey: readonly string[];
  /** Folders that hold backups of this terminal: told, not erased, since what opens them is gone. */
  readonly backups: readonly string[];
  readonly by: string;
  readonly why: string;
  /** Where the signed report goes: outside of everything that is erased. */
  readonly reportTo: string;
  /** Where a signed export of the journal goes first; without it the journal ends here. */
  readonly exportTo?: string;
  readonly wall: () => WallTime;
}

/**
 * Takes a terminal out of service: its keys first, after which nothing of it can be read anywhere, then every file. The
 * report is written twice, before anything is erased and at the end, so that whoever cuts it off has the first.
 * @throws Fault where the data cannot be opened, exported or the report not be written; nothing is erased then.
 */
export function decommission(parts: DecommissionParts): SignedErasureReport {
  const { report, signer } = begin(parts);
  const sign = (signed: ErasureReport): SignedErasureReport => {
    const whole = signErasureReport(signed, signer);
    replaceFile(parts.reportTo, `${JSON.stringify(whole, undefined, 2)}\n`);
    return whole;
  };
  sign(report);
  const erased = [
    ...eraseKeys(parts, report.terminal),
    ...foldersOf(parts.vault.folder).flatMap(eraseFolder),
    ...backupsOf(parts),
  ];
  return sign({ ...report, state: 'done', endedAt: parts.wall(), erased });
}

/** What there is, and what will sign: read while it can be. */
function begin({ vault: options, exportTo, by, why, wall }: DecommissionParts): {
  readonly report: ErasureReport;
  readonly signer: ReturnType<Vault['standing']>['signer'];
} {
  using vault = new Vault(options);
  vault.journal.append([{ at: wall(), event: { kind: 'operator-action', action: 'decommission' } }]);
  vault.journal.checkpoint();
  const exported = exportTo === undefined ? undefined : exportWhole(vault, exportTo);
  const { signer, journal, ...standing } = vault.standing();
  const report: ErasureReport = {
    version: ERASURE_REPORT_VERSION,
    state: 'begun',
    by,
    why,
    begunAt: wall(),
    ...standing,
    journal: { ...journal, ...(exported === undefined ? {} : { exported }) },
    erased: [],
  };
  return { report, signer };
}

function exportWhole({ journal }: Vault, path: string): string {
  const parts = journal.export({ path, form: 'jsonl' });
  for (;;) {
    const next = parts.next();
    if (next.done === true) return next.value.signature.sha256;
  }
}

function eraseKeys({ keyStore, epochs, besideKey, vault }: DecommissionParts, terminal: string): ErasedThing[] {
  const escrow = (vault.escrowPlaces ?? []).map((place) => join(place, escrowFile(terminal)));
  return [
    attempt(`epoch secret (${epochs.protection.kind})`, 'overwritten where it lay', () => epochs.destroy()),
    attempt(`root secret (${keyStore.protection.kind})`, 'overwritten where it lay', () => keyStore.destroy()),
    ...besideKey.filter(existsSync).map((path) => attempt(path, OVERWRITTEN, () => overwriteFile(path))),
    ...escrow.map((path) =>
      attempt(`escrow ${path}`, OVERWRITTEN, () => {
        if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) overwriteFile(path);
      }),
    ),
  ];
}

const OVERWRITTEN = 'overwritten with random bytes and removed';

/** The one in use, and those that restores put aside or did not finish. */
function foldersOf(folder: string): string[] {
  const whole = resolve(folder);
  const beside = readdirSync(dirname(whole)).filter((name) =>
    [`${basename(whole)}.before-`, `${basename(whole)}.restoring`].some((start) => name.startsWith(start)),
  );
  return [whole, ...beside.map((name) => join(dirname(whole), name))];
}

/** Every file of it, the lock last. */
function eraseFolder(folder: string): ErasedThing[] {
  const erased: ErasedThing[] = [];
  {
    using _lock = new FolderLock(folder);
    for (const name of readdirSync(folder)) {
      if (name === LOCK_FILE) continue;
      const path = join(folder, name);
      erased.push(attempt(path, OVERWRITTEN, () => eraseEntry(path)));
    }
  }
  const emptied = attempt(folder, 'removed', () => {
    rmSync(join(folder, LOCK_FILE), { force: true });
    rmdirSync(folder);
  });
  return [...erased, emptied];
}

/** A socket or a link holds nothing to overwrite. */
function eraseEntry(path: string): void {
  const found = lstatSync(path);
  if (found.isFile()) return overwriteFile(path);
  if (!found.isDirectory()) return rmSync(path);
  for (const name of readdirSync(path)) eraseEntry(join(path, name));
  rmdirSync(path);
}

const backupsOf = ({ backups }: DecommissionParts): ErasedThing[] =>
  backups.map((folder) => ({
    thing: `backups in ${folder}`,
    how: 'without the keyring, the epoch secret and its escrow nothing of a person in them can be opened',
    outcome: 'erased',
  }));

function attempt(thing: string, how: string, act: () => void): ErasedThing {
  try {
    act();
    return { thing, how, outcome: 'erased' };
  } catch (error) {
    return { thing, how, outcome: 'left', says: messageOf(error) };
  }
}
