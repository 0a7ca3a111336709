import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createArgon2PinHasher } from '#storage/argon2PinHasher.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { epochFileBeside, type EpochPlace } from '#storage/keys/epochPlace.ts';
import { openMaster } from '#storage/openMaster.ts';
import { openStorage } from '#storage/openStorage.ts';
import { Vault } from '#storage/thread/vault.ts';
import { MadeUpPeople } from '../erasure/madeUpPeople.ts';
import type { FindAnswer } from './tasks.ts';

const SEED = 1;
const PEOPLE = 3;
const PIN = '480213';
const WRONG_PIN = '480214';
/** Nobody's index. */
const NOBODY = -1;
const PEOPLE_OF_ALL = new MadeUpPeople(SEED, PEOPLE);

interface Opening {
  readonly folder: string;
  readonly simulated: true;
  readonly master: Uint8Array;
  readonly epoch: EpochPlace;
  readonly report: () => void;
}

/** @param folder where the data folder, its keys and the hash of a PIN are made @throws Fault */
export async function keep(folder: string): Promise<null> {
  mkdirSync(folder, { recursive: true });
  using vault = new Vault({ ...openingOf(folder), maxPages: {} });
  PEOPLE_OF_ALL.enrolIn(vault);
  vault.journal.append(PEOPLE_OF_ALL.entries());
  writeFileSync(pinFile(folder), await createArgon2PinHasher().hash(PIN));
  return null;
}

/** @throws Fault */
export async function findAll(folders: readonly string[]): Promise<FindAnswer> {
  const found: FindAnswer['found'] = [];
  for (const folder of folders) found.push(await find(folder));
  return { found };
}

/** As a gate opens it, on a thread of its own, and then everything that was stored, one by one. */
async function find(folder: string): Promise<FindAnswer['found'][number]> {
  const storage = await openStorage(openingOf(folder));
  const { cardholders } = await storage.people.load();
  await storage.close();
  using vault = new Vault({ ...openingOf(folder), maxPages: {} });
  const hash = readFileSync(pinFile(folder), 'utf8');
  const hasher = createArgon2PinHasher();
  return {
    folder: basename(folder),
    enrolled: PEOPLE,
    people: cardholders.length,
    differences: PEOPLE_OF_ALL.differences(vault, { erased: NOBODY, withdrawn: NOBODY }),
    pin: await hasher.verify(hash, PIN),
    wrongPin: await hasher.verify(hash, WRONG_PIN),
  };
}

function openingOf(folder: string): Opening {
  const key = join(folder, 'key');
  const data = join(folder, 'data');
  const master = openMaster(createFileKeyStore(key), data);
  return { folder: data, simulated: true, master, epoch: epochFileBeside(key), report: () => undefined };
}

const pinFile = (folder: string): string => join(folder, 'pin');
