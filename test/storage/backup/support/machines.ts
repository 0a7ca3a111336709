import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HealthReport } from '#core/ports/health.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { BackupMade } from '#core/ports/backups.ts';
import { restore } from '#storage/backup/restore.ts';
import { restoreElsewhere } from '#storage/backup/restoreElsewhere.ts';
import type { RestoredBackup } from '#storage/backup/settlePeople.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { newRecoveryKeys } from '#storage/keys/curveKeys.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { openStorage, type Storage } from '#storage/openStorage.ts';

export const AT = wallTime(1_770_000_000_000);

/** A site: its recovery key, a folder for backups and an escrow place, which are no machine's own. */
export class Site implements AsyncDisposable {
  readonly path = mkdtempSync(join(tmpdir(), 'lintel-site-'));
  readonly recovery = newRecoveryKeys();
  readonly backups = join(this.path, 'backups');
  readonly escrow = join(this.path, 'escrow');
  readonly #machines: Machine[] = [];

  constructor() {
    for (const folder of [this.backups, this.escrow]) mkdirSync(folder);
  }

  machine(name = 'gate'): Machine {
    const machine = new Machine(this, join(this.path, name));
    this.#machines.push(machine);
    return machine;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const machine of this.#machines) await machine.stop();
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A machine with a gate's storage on it: a data folder, a key file, an epoch file. */
export class Machine {
  readonly folder: string;
  readonly keyFile: string;
  readonly reports: HealthReport[] = [];
  readonly #site: Site;
  #storage: Storage | undefined;

  constructor(site: Site, path: string) {
    this.#site = site;
    this.folder = join(path, 'data');
    this.keyFile = join(path, 'key');
  }

  get epoch(): { readonly kind: 'file'; readonly path: string } {
    return { kind: 'file', path: `${this.keyFile}.epoch` };
  }

  /** Its root secret; made where there is none. */
  root(): Uint8Array {
    const store = createFileKeyStore(this.keyFile);
    if (!store.exists()) store.create();
    return store.open();
  }

  /** Opens its storage; the first start provisions the recovery key. */
  async start(): Promise<Storage> {
    const master = this.root();
    {
      using cabinet = openCabinet(this.folder, master);
      cabinet.recoveryKey ??= this.#site.recovery.public;
    }
    this.#storage = await openStorage({
      folder: this.folder,
      simulated: true,
      master,
      epoch: this.epoch,
      escrowPlaces: [this.#site.escrow],
      report: (line) => void this.reports.push(line),
    });
    return this.#storage;
  }

  async stop(): Promise<void> {
    await this.#storage?.close();
    this.#storage = undefined;
  }

  /** Of the gate that runs here. */
  async backUp(storage: Storage): Promise<BackupMade> {
    return storage.backups.make({ folder: this.#site.backups, at: AT, verify: true });
  }

  restore(
    backup: string,
    differs: { readonly losing?: number; readonly recoverySecret?: Uint8Array } = {},
  ): RestoredBackup {
    const epochs = createEpochStore(this.epoch).read();
    return restore({ backup, folder: this.folder, root: this.root(), epochs, losing: 0, at: AT, ...differs });
  }

  /** Takes over the terminal of another machine. */
  takeOver(
    backup: string,
    differs: { readonly recoverySecret?: Uint8Array; readonly escrow?: string; readonly signers?: Uint8Array[] } = {},
  ): RestoredBackup {
    return restoreElsewhere({
      backup,
      folder: this.folder,
      keys: createFileKeyStore(this.keyFile),
      epochs: createEpochStore(this.epoch),
      recoverySecret: this.#site.recovery.secret,
      escrow: this.#site.escrow,
      signers: [],
      losing: 0,
      at: AT,
      ...differs,
    });
  }

  /** Folders that lie beside its data folder. */
  get beside(): string[] {
    return readdirSync(join(this.folder, '..'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'data')
      .map(({ name }) => name);
  }
}
