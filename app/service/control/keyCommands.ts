import * as z from 'zod/mini';
import { CHANGEABLE_KEYS } from '#core/ports/keyRoom.ts';
import type { StoredKeys } from '#storage/thread/threadedKeyRoom.ts';
import { controlCommand, type ControlCommand } from './controlCommand.ts';

const Nothing = z.strictObject({});
const Change = z.strictObject({ key: z.enum(CHANGEABLE_KEYS) });
/** X25519, lower-case hex. */
const Recovery = z.strictObject({ publicKey: z.string().check(z.regex(/^[0-9a-f]{64}$/)) });

/** The keys of a gate that works. None of them ever crosses the line. */
export const keyCommands = (keys: StoredKeys): readonly ControlCommand[] => [
  controlCommand('keys-status', {
    recorded: false,
    given: Nothing,
    run: async () => ({
      changes: (await keys.changes()).map(({ key, changes, at }) => ({ key, changes, at })),
      recoveryKey: await keys.hasRecoveryKey(),
    }),
  }),
  controlCommand('keys-change', {
    recorded: true,
    given: Change,
    run: async ({ key }) => {
      await keys.change(key);
      return null;
    },
  }),
  controlCommand('keys-recovery', {
    recorded: true,
    given: Recovery,
    run: async ({ publicKey }) => {
      await keys.setRecoveryKey(Uint8Array.from(Buffer.from(publicKey, 'hex')));
      return null;
    },
  }),
];
