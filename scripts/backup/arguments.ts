import { parseArgs } from 'node:util';
import { Fault } from '#core/kernel/fault.ts';
import { PLACE_OPTIONS, PLACE_USAGE, placesOf, type Places } from '../dataFolder.ts';

export const USAGE = `usage: npm run backup -- COMMAND
  make            WHERE [--to FOLDER]   make one, and restore it into a scratch place to prove it (--no-verify: without)
  verify FILE     WHERE                 restore it into a scratch place against the keyring that is here, of a gate that is
                                        stopped; with --escrow PLACE against the one there, as another machine would
  restore FILE    WHERE                 bring its people back to the machine that made it, whose gate is stopped
  restore FILE    WHERE --escrow PLACE  take the terminal over on a machine that has nothing of it
${PLACE_USAGE}
--losing N        how many people may be lost: enrolled since, or not opening any more
--recovery        open it with the recovery key, as --escrow does: hex, from standard input, or from --recovery-fd NUMBER
--signer KEY      with --escrow: the terminal's public signing key in hex, as receipts name it; may be given several times`;

export interface BackupArguments {
  readonly command: 'make' | 'verify' | 'restore';
  /** Of `verify` and `restore`. */
  readonly file: string;
  readonly places: Places;
  readonly to: string | undefined;
  readonly verify: boolean;
  readonly losing: number;
  readonly escrow: string | undefined;
  readonly signers: readonly Uint8Array[];
  /** A file descriptor; undefined where no recovery key is asked for. */
  readonly recovery: number | undefined;
}

export const unusable = (found: string): Fault => new Fault('command', { thing: 'backup', found, expected: USAGE });

const OPTIONS = {
  ...PLACE_OPTIONS,
  to: { type: 'string' },
  'no-verify': { type: 'boolean' },
  losing: { type: 'string' },
  escrow: { type: 'string' },
  signer: { type: 'string', multiple: true },
  recovery: { type: 'boolean' },
  'recovery-fd': { type: 'string' },
} as const;

/** @throws Fault `command` */
export function parseBackupArguments(): BackupArguments {
  const { values, positionals } = parsed();
  const [command = 'no command', file = '', ...more] = positionals;
  if (command !== 'make' && command !== 'verify' && command !== 'restore') throw unusable(command);
  if (more.length > 0 || (command === 'make') === (file !== '')) throw unusable(positionals.join(' '));
  const fd = whole(values['recovery-fd'] ?? '0', '--recovery-fd');
  const losing = whole(values.losing ?? '0', '--losing');
  const recovered = values.recovery === true || values.escrow !== undefined || values['recovery-fd'] !== undefined;
  return {
    command,
    file,
    places: placesOf(values),
    to: values.to,
    verify: values['no-verify'] !== true,
    losing,
    escrow: values.escrow,
    signers: (values.signer ?? []).map(publicKey),
    recovery: recovered ? fd : undefined,
  };
}

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error));
  }
}

function whole(text: string, name: string): number {
  if (!/^\d{1,6}$/.test(text)) throw unusable(`${name} ${text}`);
  return Number(text);
}

function publicKey(text: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(text)) throw unusable(`--signer ${text}`);
  return Buffer.from(text, 'hex');
}
