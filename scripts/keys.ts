import { readFileSync } from 'node:fs';
import { Fault } from '#core/kernel/fault.ts';
import { CHANGEABLE_KEYS, type ChangeableKey } from '#core/ports/keyRoom.ts';
import { askGate } from '#service/control/askGate.ts';
import { DATABASE_FILES } from '#storage/files/folderMarker.ts';
import { newRecoveryKeys } from '#storage/keys/curveKeys.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { openEscrow } from '#storage/keys/escrow.ts';
import { verifyReceipt } from '#storage/keys/receipts.ts';
import { RecoveryCopy } from '#storage/keys/recoveryCopy.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { opensCabinet } from '#storage/openMaster.ts';
import { parseKeyArguments, unusable, type KeyArguments } from './keys/arguments.ts';
import { openHere, type Places } from './dataFolder.ts';
import { keyDesk } from './keys/keyDesk.ts';
import { EXIT_UNUSABLE } from './report.ts';

const COMMANDS: Readonly<Record<string, (given: KeyArguments) => Promise<void> | void>> = {
  async status({ places }) {
    const { root, epoch } = places();
    await using desk = await keyDesk(places());
    const { changes, recoveryKey } = await desk.status();
    console.log(`root secret: ${createKeyStore(root).protection.worth}`);
    console.log(`epoch secret: ${createEpochStore(epoch).protection.worth}`);
    for (const { key, changes: count, at } of changes)
      console.log(`${key}: key changed ${count} times, last made ${new Date(at).toISOString()}`);
    console.log(`recovery key: ${recoveryKey ? 'provisioned' : 'none: nothing can be put in escrow'}`);
  },
  async change({ rest, places }) {
    const keys = rest.length === 0 ? [...DATABASE_FILES, 'signing', 'epoch'] : rest;
    const named = keys.map(changeable);
    await using desk = await keyDesk(places());
    for (const key of named) {
      await desk.change(key);
      console.log(`${key}: changed${AFTERWARDS[key] ?? ''}`);
    }
  },
  async recovery({ places }) {
    await using desk = await keyDesk(places());
    const pair = newRecoveryKeys();
    await desk.setRecoveryKey(pair.public);
    console.log(`recovery key, to be kept away from this machine: ${pair.secret.toString('hex')}`);
    pair.secret.fill(0);
  },
  async 'recover-root'({ places }) {
    await recoverRoot(places());
  },
  async escrow({ rest, places }) {
    const storage = await openHere({ ...places(), escrow: rest });
    await storage.close();
    console.log(`tried: ${rest.join(', ')}`);
  },
  'check-escrow'({ rest: [file = ''] }) {
    const secret = recoverySecret();
    const { epoch, generation } = openEscrow(file, secret);
    for (const bytes of [secret, epoch]) bytes.fill(0);
    console.log(`opens; generation ${generation}`);
  },
  'verify-receipt'({ rest: [file = '', ...keys] }) {
    const trusted = keys.map((key) => Buffer.from(key, 'hex'));
    console.log(JSON.stringify(verifyReceipt(readFileSync(file, 'utf8'), trusted), undefined, 2));
  },
};

/** What is to be known of a change. */
const AFTERWARDS: Partial<Readonly<Record<ChangeableKey, string>>> = {
  people: '; backups made until now bring back no face: make a new one',
  backup: '; backups made until now open with the recovery key alone: make a new one',
};

/** Puts back the secret that opens the cabinet; a store that only root writes gets it through standard output. */
async function recoverRoot({ data, root }: Places): Promise<void> {
  if ((await askGate(data, 'health', {})) !== undefined)
    throw new Fault('command', { thing: data, found: 'a gate that works on it', expected: 'one that does not start' });
  const copy = new RecoveryCopy(root);
  const secret = recoverySecret();
  const held = copy.open(secret);
  secret.fill(0);
  try {
    const fitting = held.find((one) => opensCabinet(data, one));
    if (fitting === undefined)
      throw new Fault('key', { thing: copy.path, found: 'the secret of other data', expected: `that of ${data}` });
    const raw = root.kind === 'systemd-credential' && !process.stdout.isTTY;
    if (raw) process.stdout.write(Uint8Array.from(fitting));
    else createKeyStore(root).restore(fitting);
    if (!raw) console.log(`root secret: back in its place, ${root.path}`);
  } finally {
    for (const one of held) one.fill(0);
  }
}

const recoverySecret = (): Buffer => Buffer.from(readFileSync(0, 'utf8').trim(), 'hex');

function changeable(name: string): ChangeableKey {
  const key = CHANGEABLE_KEYS.find((one) => one === name);
  if (key === undefined) throw unusable(name);
  return key;
}

try {
  const given = parseKeyArguments();
  const command = COMMANDS[given.command];
  if (command === undefined) throw unusable(given.command === '' ? 'no command' : given.command);
  await command(given);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = EXIT_UNUSABLE;
}
