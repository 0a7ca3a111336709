import Database from 'better-sqlite3';
import type { EpochStore } from '#core/ports/epochStore.ts';
import { MIGRATIONS } from '../files/databases.ts';
import { migrate } from '../files/migrate.ts';
import { writeKeyring, type KeyringContent } from '../keys/keyringContent.ts';
import { Keyring } from '../stores/keyring.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';

/**
 * A keyring that was copied, opened in memory to be asked; what is done to it is gone when it is disposed of.
 * @throws Fault `key` where none of the secrets opens it.
 */
export function openKeyringCopy(
  content: KeyringContent,
  epochs: readonly Uint8Array[],
): { readonly keyring: Keyring } & Disposable {
  using open = new DisposableStack();
  // Its rows are sealed, here as there.
  const database = open.adopt(new Database(':memory:'), (opened) => void opened.close());
  migrate(database, 'copy of keyring.db', MIGRATIONS['keyring.db']);
  writeKeyring(database, content);
  const keyring = open.use(
    new Keyring({ database, epochs: inMemory(epochs), version1Key: Buffer.alloc(KEY_BYTES), renewed: () => undefined }),
  );
  const kept = open.move();
  return { keyring, [Symbol.dispose]: () => kept.dispose() };
}

const inMemory = (epochs: readonly Uint8Array[]): EpochStore => ({
  protection: { kind: 'file', worth: 'a copy in memory' },
  read: () => epochs.map((epoch) => Uint8Array.from(epoch)),
  hold: () => undefined,
  destroy: () => undefined,
});
