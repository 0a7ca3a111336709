import Database from 'better-sqlite3';
import type { EpochStore } from '#core/ports/epochStore.ts';
import { assert } from '#core/kernel/assert.ts';
import { MIGRATIONS } from '../files/databases.ts';
import { migrate } from '../files/migrate.ts';
import { writeKeyring, type KeyringContent } from '../keys/keyringContent.ts';
import { Keyring } from '../stores/keyring.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';

/** A keyring that was copied, opened in memory to be asked: nothing of it can be changed. Disposing closes it. */
export function openKeyringCopy(content: KeyringContent, epoch: Uint8Array): { readonly keyring: Keyring } & Disposable {
  using open = new DisposableStack();
  // Its rows are sealed, here as there.
  const database = open.adopt(new Database(':memory:'), (opened) => void opened.close());
  migrate(database, 'copy of keyring.db', MIGRATIONS['keyring.db']);
  writeKeyring(database, content);
  const keyring = open.use(
    new Keyring({ database, epochs: epochOf(epoch), version1Key: Buffer.alloc(KEY_BYTES), renewed: () => undefined }),
  );
  const kept = open.move();
  return { keyring, [Symbol.dispose]: () => kept.dispose() };
}

function epochOf(epoch: Uint8Array): EpochStore {
  const fixed = (): never => assert(false, 'the keys of a copy are not changed') as never;
  return {
    protection: { kind: 'file', worth: 'a copy in memory' },
    read: () => [Uint8Array.from(epoch)],
    hold: fixed,
    destroy: fixed,
  };
}
