import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Fault } from '#core/kernel/fault.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { DATABASE_FILES, folderIsSimulated, type DatabaseFile } from '#storage/files/folderMarker.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { newRecoveryKeys } from '#storage/keys/curveKeys.ts';
import { createEpochStore, epochFileBeside } from '#storage/keys/epochPlace.ts';
import { openEscrow } from '#storage/keys/escrow.ts';
import { verifyReceipt } from '#storage/keys/receipts.ts';
import { Vault } from '#storage/thread/vault.ts';
import { EXIT_UNUSABLE } from './report.ts';

const USAGE = `usage: node scripts/keys.ts COMMAND, for a gate that is stopped
  status          --data FOLDER --key FILE
  rotate [DB...]  --data FOLDER --key FILE          seal all databases, or these, under new keys
  recovery        --data FOLDER --key FILE          make a recovery key; its secret is printed once and kept nowhere
  escrow          --data FOLDER --key FILE PLACE... replace the escrow copies of the epoch secret now
  check-escrow    FILE                              does the recovery key, read from standard input, open it?
  verify-receipt  FILE PUBLIC-KEY...                keys in hex`;

interface Given {
  readonly rest: readonly string[];
  readonly data: string | undefined;
  readonly key: string | undefined;
}

const COMMANDS: Readonly<Record<string, (given: Given) => void>> = {
  status(given) {
    withVault(given, [], (vault, { keyFile }) => {
      console.log(`root secret: ${createFileKeyStore(keyFile).protection.worth}`);
      console.log(`epoch secret: ${createEpochStore(epochFileBeside(keyFile)).protection.worth}`);
      for (const [file, generation] of Object.entries(vault.fileKeyGenerations))
        console.log(`${file}: key changed ${generation} times`);
      console.log(`recovery key: ${vault.hasRecoveryKey ? 'provisioned' : 'none: nothing can be put in escrow'}`);
    });
  },
  rotate(given) {
    const files = given.rest.length === 0 ? DATABASE_FILES : given.rest.map(databaseFile);
    withVault(given, [], (vault) => {
      for (const file of files) {
        vault.changeFileKey(file);
        console.log(`${file}: sealed under a new key`);
      }
    });
  },
  recovery(given) {
    // Opening the vault first makes sure that no gate works on this folder meanwhile.
    withVault(given, [], (_vault, { data, root }) => {
      using cabinet = openCabinet(data, root);
      const pair = newRecoveryKeys();
      cabinet.recoveryKey = pair.public;
      console.log(`recovery key, to be kept away from this machine: ${pair.secret.toString('hex')}`);
      pair.secret.fill(0);
    });
  },
  escrow(given) {
    withVault(given, given.rest, () => console.log(`tried: ${given.rest.join(', ')}`));
  },
  'check-escrow'({ rest: [file = ''] }) {
    const secret = Buffer.from(readFileSync(0, 'utf8').trim(), 'hex');
    const { epoch, generation } = openEscrow(file, secret);
    for (const bytes of [secret, epoch]) bytes.fill(0);
    console.log(`opens; generation ${generation}`);
  },
  'verify-receipt'({ rest: [file = '', ...keys] }) {
    const trusted = keys.map((key) => Buffer.from(key, 'hex'));
    console.log(JSON.stringify(verifyReceipt(readFileSync(file, 'utf8'), trusted), undefined, 2));
  },
};

interface Opened {
  readonly data: string;
  readonly keyFile: string;
  readonly root: Uint8Array;
}

function withVault(
  { data, key }: Given,
  escrowPlaces: readonly string[],
  act: (vault: Vault, opened: Opened) => void,
): void {
  if (data === undefined || key === undefined) throw usage('no --data or no --key');
  const root = createFileKeyStore(key).open();
  try {
    using vault = new Vault({
      folder: data,
      simulated: folderIsSimulated(data),
      master: root,
      epoch: epochFileBeside(key),
      escrowPlaces,
      maxPages: {},
      report: ({ part, level, says }) => console.error(`${part}, ${level}: ${says}`),
    });
    act(vault, { data, keyFile: key, root });
  } finally {
    root.fill(0);
  }
}

function databaseFile(name: string): DatabaseFile {
  const file = DATABASE_FILES.find((one) => one === name);
  if (file === undefined) throw usage(name);
  return file;
}

const usage = (found: string): Fault => new Fault('command', { thing: 'keys', found, expected: USAGE });

try {
  const options = { data: { type: 'string' }, key: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [name = '', ...rest] = positionals;
  const command = COMMANDS[name];
  if (command === undefined) throw usage(name === '' ? 'no command' : name);
  command({ rest, data: values.data, key: values.key });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = EXIT_UNUSABLE;
}
