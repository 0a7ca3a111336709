import { spawn, spawnSync, type ChildProcess, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCredentialKeyStore } from '#storage/keys/credentialKeyStore.ts';
import { newRecoveryKeys } from '#storage/keys/curveKeys.ts';
import { Tpm } from '#storage/keys/tpm.ts';
import { createTpmEpochStore } from '#storage/keys/tpmEpochStore.ts';
import { createTpmKeyStore } from '#storage/keys/tpmKeyStore.ts';
import { openRoot } from '#storage/openMaster.ts';
import { Vault } from '#storage/thread/vault.ts';
import { epochStoreContract } from '../contracts/epochStore.ts';
import { faultOf } from '../support/faults.ts';
import { person, secret } from '../support/people.ts';
import { enrolIn, rosterOf } from '../support/vaults.ts';

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

  it('holds a next secret beside the present one until one of the two is settled on', async () => {
    keys().create();
    const present = keys().open();
    const next = keys().propose();
    expect(keys().propose()).toEqual(next);
    expect([keys().open(), keys().openNext()]).toEqual([present, next]);
    await faultOf(() => keys().settle(new Uint8Array(32)), 'key');
    keys().settle(next);
    expect([keys().open(), keys().openNext()]).toEqual([next, undefined]);
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

it('a gate whose machine was updated refuses to start, and starts again once its key was brought back', async () => {
  const root = { kind: 'tpm', path: join(folder, 'etc/root.tpm'), tcti: tcti() } as const;
  const data = join(folder, 'data');
  const recovery = newRecoveryKeys();
  const open = (): Vault => {
    const [master, report] = [openRoot(keys(), data), (): void => undefined];
    const epoch = { kind: 'file', path: `${root.path}.epoch` } as const;
    return new Vault({ folder: data, simulated: true, master, root, epoch, maxPages: {}, report });
  };
  keys().create();
  {
    using vault = open();
    enrolIn(vault, [person('Ada')]);
    vault.keys.setRecoveryKey(recovery.public);
    // The copy follows the secret.
    expect(vault.keys.change('root').next()).toMatchObject({ done: true });
  }
  new Tpm({ tcti: tcti() }).run('pcrextend', [`4:sha256=${'ef'.repeat(32)}`]);
  expect((await faultOf(open, 'key')).expected).toContain('npm run keys -- recover-root');

  const script = join(import.meta.dirname, '../../../scripts/keys.ts');
  const given = ['--data', data, '--key', root.path, '--tpm', '--tcti', tcti()];
  const recover = (input: string): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [script, 'recover-root', ...given], { encoding: 'utf8', input });
  expect(recover('ab'.repeat(32))).toMatchObject({ status: 2, stderr: expect.stringContaining('does not open') });
  expect(recover(recovery.secret.toString('hex'))).toMatchObject({ status: 0, stderr: '' });
  using vault = open();
  expect(rosterOf(vault).cardholders).toHaveLength(1);
}, 60_000);

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

  it('is changed by whoever is root, and says what to type at every turn', async () => {
    const [present, next] = [secret(), secret()];
    writeFileSync(join(folder, 'lintel-root'), present);
    expect((await faultOf(() => store().propose(), 'key')).expected).toContain(
      'LoadCredentialEncrypted=lintel-root.next',
    );
    writeFileSync(join(folder, 'lintel-root.next'), next);
    expect(store().propose()).toEqual(next);
    store().settle(present);
    expect((await faultOf(() => store().settle(next), 'key')).expected).toContain('--name=lintel-root -');
    await faultOf(() => store().settle(secret()), 'key');
    expect((await faultOf(() => store().restore(secret()), 'key')).expected).toContain('systemd-creds encrypt');
    writeFileSync(join(folder, 'lintel-root'), next);
    rmSync(join(folder, 'lintel-root.next'));
    store().settle(next);
  });

  it('is none where systemd did not start the service', async () => {
    const none = createCredentialKeyStore('lintel-root', {});
    expect(none.exists()).toBe(false);
    await faultOf(() => none.open(), 'key');
  });
});
