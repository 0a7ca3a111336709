import { biometrics0001 } from '../migrations/biometrics0001.ts';
import { identities0001 } from '../migrations/identities0001.ts';
import { journal0001 } from '../migrations/journal0001.ts';
import { keyring0001 } from '../migrations/keyring0001.ts';
import { keyring0002 } from '../migrations/keyring0002.ts';
import { keyring0003 } from '../migrations/keyring0003.ts';
import type { DatabaseFile } from './folderMarker.ts';
import type { Migration } from './migrate.ts';

export const MIGRATIONS: Record<DatabaseFile, readonly Migration[]> = {
  'keyring.db': [keyring0001, keyring0002, keyring0003],
  'biometrics.db': [biometrics0001],
  'identities.db': [identities0001],
  'journal.db': [journal0001],
};

/** Three rows of a template fit into 8 KiB and only one into SQLite's usual 4 KiB. */
export const PAGE_BYTES: Record<DatabaseFile, number> = {
  'keyring.db': 4_096,
  'biometrics.db': 8_192,
  'identities.db': 4_096,
  'journal.db': 4_096,
};
