import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCredentialKeyStore } from '#storage/keys/credentialKeyStore.ts';
import { Tpm } from '#storage/keys/tpm.ts';
import { createTpmEpochStore } from '#storage/keys/tpmEpochStore.ts';
import { createTpmKeyStore } from '#storage/keys/tpmKeyStore.ts';
import { epochStoreContract } from '../contracts/epochStore.ts';
import { faultOf } from '../support/faults.ts';
import { secret } from '../support/people.ts';

const INDEX = 0x01800100;
const WAIT_MS_MAX = 20_000;

let folder = '';
let emulator: ChildProcess | undefined;
const tcti = (): string => `swtpm:path=${join(folder, 'tpm')}`;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-tpm-'));
  const socket = join(folder, 'tpm');
  const server = ['--server', `type=unixio,path=${socket}`, '--ctrl', `type=unixio,path=${socket}.ctrl`];
  const given = [
    'socket',
    '--tpm2',
    '--tpmstate',
    `dir=${folder}`,
    ...server,
    '--flags',
    'not-need-init,startup-clear',
  ];
  emulator = spawn('swtpm', given, { stdio: 'ignore' });
  await vi.waitUntil(() => existsSync(socket) && existsSync(`${socket}.ctrl`), { timeout: WAIT_MS_MAX });
});
afterEach(() => {
  emulator?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const keys = (): ReturnType<typeof createTpmKeyStore> =>
  createTpmKeyStore({ path: join(folder, 'etc/root.tpm'), tcti: tcti() });

epochStoreContract('a TPM', () => createTpmEpochStore({ index: INDEX, tcti: tcti() }));

it('a TPM whose index was defined and not yet written has the other secret still', () => {
  const store = createTpmEpochStore({ index: INDEX, tcti: tcti() });
  const [first, next] = [secret(), secret()];
  store.hold([first]);
  new Tpm({ tcti: tcti() }).run('nvdefine', ['0x01800101', '-C', 'o', '-s', '40', '-a', 'ownerread|ownerwrite|no_da']);
  expect(store.read()).toEqual([Buffer.from(first)]);
  store.hold([first, next]);
  expect(store.read()).toHaveLength(2);
});

describe('a key that a TPM sealed', () => {
  it('is made once, opens to the same 32 bytes, and does not stand in its file', async () => {
    expect(keys().exists()).toBe(false);
    await faultOf(() => keys().open(), 'key');
    keys().create();
    const root = keys().open();
    expect(root).toHaveLength(32);
    expect(keys().open()).toEqual(root);
    const file = readFileSync(join(folder, 'etc/root.tpm'), 'utf8');
    expect(file).not.toContain(Buffer.from(root).toString('base64').slice(0, 20));
    await faultOf(() => keys().create(), 'key');
    keys().destroy();
    expect(keys().exists()).toBe(false);
  });

  it('does not open once the machine has booted something else, and says what to do', async () => {
    keys().create();
    new Tpm({ tcti: tcti() }).run('pcrextend', [`7:sha256=${'ab'.repeat(32)}`]);
    const fault = await faultOf(() => keys().open(), 'key');
    expect(fault.expected).toContain('recovery key');
  });

  it('says that PCRs protect nothing on a board without measured boot, and claims it on no other', () => {
    expect(keys().protection.worth).toContain('PCRs protect nothing there');
    new Tpm({ tcti: tcti() }).run('pcrextend', [`0:sha256=${'cd'.repeat(32)}`]);
    expect(keys().protection.worth).not.toContain('protect nothing');
  });

  it('is a fault where no TPM answers', async () => {
    emulator?.kill('SIGKILL');
    const store = createTpmKeyStore({ path: join(folder, 'x'), tcti: `swtpm:path=${folder}/none` });
    await faultOf(() => store.protection, 'key');
    await faultOf(() => store.create(), 'key');
  });
});

describe('a key that systemd hands over', () => {
  const store = (): ReturnType<typeof createCredentialKeyStore> =>
    createCredentialKeyStore('lintel-root', { CREDENTIALS_DIRECTORY: folder });

  it('opens where the credential has 32 bytes, and cannot be made by the service', async () => {
    expect(store().exists()).toBe(false);
    expect((await faultOf(() => store().create(), 'key')).expected).toContain('systemd-creds encrypt');
    await faultOf(() => store().open(), 'key');
    const root = secret();
    writeFileSync(join(folder, 'lintel-root'), root);
    expect(store().exists()).toBe(true);
    expect(store().open()).toEqual(root);
    expect((await faultOf(() => store().destroy(), 'key')).expected).toContain('shred');
    writeFileSync(join(folder, 'lintel-root'), 'short');
    await faultOf(() => store().open(), 'key');
  });

  it('is none where systemd did not start the service', async () => {
    const none = createCredentialKeyStore('lintel-root', {});
    expect(none.exists()).toBe(false);
    await faultOf(() => none.open(), 'key');
  });
});
