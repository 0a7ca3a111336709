import { createHash, createHmac } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { LEGAL_MINIMUM } from '#core/privacy/retention.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { newRecoveryKeys } from '#storage/keys/curveKeys.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { escrowFile } from '#storage/keys/escrow.ts';
import { DATABASE_FILES } from '#storage/files/folderMarker.ts';
import { Vault } from '#storage/thread/vault.ts';
import { deriveKey, type KeyPurpose } from '#storage/vault/derivedKeys.ts';
import { result, type Result } from '../report.ts';
import { backUp, openBackups, openEscrowPlace, type Opened } from './erasure/backups.ts';
import { distinctPieces, imagesOf, type Image } from './erasure/images.ts';
import { keysInExistence } from './erasure/keysInExistence.ts';
import { MadeUpPeople } from './erasure/madeUpPeople.ts';
import { byNumber, inClear, underKeys, type Piece } from './erasure/search.ts';

const AT = wallTime(1_770_000_000_000);
const EVER = wallTime(Number.MAX_SAFE_INTEGER);
const PEOPLE = 12;
const ERASED = 3;
const WITHDRAWN = 7;
const PURPOSES: readonly KeyPurpose[] = [
  'keyring',
  'folder fingerprint',
  'folder marker',
  'door modes',
  'pin tries',
  'journal reserve 1',
  'cabinet',
];

export interface ErasureOptions {
  readonly seed: number;
  /** Card numbers that are tried out, the erased person's among them. */
  readonly numbers?: number;
}

/**
 * Enrols, copies every file while the gate works and makes a backup, erases one person and withdraws the face of
 * another, and makes a second backup; then takes the part of somebody who holds every copy, every backup, the escrow
 * place, every file and every key that is left, and looks for the two.
 */
export async function proveErasure({ seed, numbers = 65_536 }: ErasureOptions): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-erasure-'));
  try {
    return new Proof(folder, seed, numbers).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Proof {
  readonly #folder: string;
  readonly #data: string;
  readonly #backup: string;
  /** The files as they lie while the gate works, after the deletions. */
  readonly #working: string;
  readonly #escrow: string;
  /** Backups as the gate makes them. */
  readonly #backups: string;
  readonly #root: Buffer;
  readonly #recovery = newRecoveryKeys();
  readonly #people: MadeUpPeople;
  readonly #numbers: number;

  constructor(folder: string, seed: number, numbers: number) {
    this.#folder = folder;
    this.#data = join(folder, 'data');
    this.#backup = join(folder, 'backup');
    this.#working = join(folder, 'working');
    this.#escrow = join(folder, 'escrow');
    this.#backups = join(folder, 'backups');
    for (const made of [this.#backup, this.#working, this.#escrow, this.#backups]) mkdirSync(made);
    this.#root = createHash('sha256').update(`root ${seed}`).digest();
    this.#people = new MadeUpPeople(seed, PEOPLE);
    this.#numbers = numbers;
  }

  run(): Result[] {
    const { earlier, terminal, verified } = this.#enrolAndDelete();
    const outside = this.#outside(terminal);
    const present = [...this.#images(this.#working, 'live'), ...this.#images(this.#data, 'closed')];
    const images = [...present, ...this.#images(this.#backup, 'backup'), ...outside.images];
    const keys = keysInExistence([...this.#keysLeft(), ...outside.keys], images);
    const pieces = distinctPieces(images);
    const traces = [
      ...this.#people.recordTraces(ERASED),
      this.#people.templateTrace(ERASED),
      this.#people.templateTrace(WITHDRAWN),
    ];
    const found = [
      ...inClear([...pieces, ...outside.sealed], traces),
      ...underKeys(pieces, keys, [...traces, this.#people.entryTrace(ERASED)]),
    ];
    const pseudonym = inClear(distinctPieces(this.#images(this.#data, 'closed')), [this.#people.entryTrace(ERASED)]);
    const tried = byNumber(pieces, keys, this.#people.cardNumbers(this.#numbers));
    const kept = keysInExistence([...[...keys].map((key) => Buffer.from(key, 'hex')), ...earlier], images);
    return [
      result('states read', {
        value: images.length,
        note: 'each file, and each database after each commit in its WAL, live and copied; backup files and escrow, sealed and opened',
      }),
      result('backups made while the gate worked', { value: 2, ok: verified, note: 'each restored to prove it' }),
      result('keys in existence', { value: keys.size, ok: keys.size > 2 * PEOPLE }),
      none('opened or found of the deleted', found, `${pieces.length} distinct pages, every offset, every key`),
      none('pseudonym of the erased in live files', pseudonym, 'random, and in the backup behind its file cipher'),
      none('card numbers tried out', tried, `${this.#numbers} numbers, four digests and HMAC under ${keys.size} keys`),
      ...this.#othersIntact(),
      ...this.#controls(pieces, keys, kept),
    ];
  }

  /** The epoch secrets of before are what a deletion destroys; they are given back for the control alone. */
  #enrolAndDelete(): {
    readonly earlier: readonly Uint8Array[];
    readonly terminal: string;
    readonly verified: boolean;
  } {
    {
      using cabinet = openCabinet(this.#data, this.#root);
      cabinet.recoveryKey = this.#recovery.public;
    }
    using vault = this.#open();
    this.#people.enrolIn(vault);
    vault.journal.append(this.#people.entries());
    copyFiles(this.#data, this.#backup);
    const first = backUp(vault, this.#backups, AT);
    const earlier = this.#epochs();
    const [erased, withdrawn] = [ERASED, WITHDRAWN].map((index) => this.#people.pseudonym(index)) as [
      Pseudonym,
      Pseudonym,
    ];
    const deletion = vault.people.withdrawFace(withdrawn, AT);
    vault.people.erase([erased], AT, LEGAL_MINIMUM);
    vault.people.eraseDue(EVER);
    copyFiles(this.#data, this.#working);
    const second = backUp(vault, this.#backups, wallTime(AT + 1));
    const { receipt } = vault.receipts.issue(deletion, AT);
    return { earlier, terminal: receipt.terminal, verified: first && second };
  }

  #open(): Vault {
    const epoch = { kind: 'file', path: this.#epochPath() } as const;
    const report = (): void => undefined;
    return new Vault({
      folder: this.#data,
      simulated: true,
      master: this.#root,
      epoch,
      escrowPlaces: [this.#escrow],
      maxPages: {},
      report,
    });
  }

  #epochPath(): string {
    return join(this.#folder, 'epoch');
  }

  #epochs(): Uint8Array[] {
    return createEpochStore({ kind: 'file', path: this.#epochPath() }).read();
  }

  #images(folder: string, name: string): Image[] {
    using cabinet = openCabinet(folder, this.#root);
    return imagesOf(folder, name, (file) => cabinet.fileKeys(file));
  }

  /** What lies outside the terminal, opened with what the site and the terminal have. */
  #outside(terminal: string): Opened {
    using cabinet = openCabinet(this.#data, this.#root);
    const secrets = { backupKey: cabinet.key('backup'), recoverySecret: this.#recovery.secret };
    const backups = openBackups(this.#backups, join(this.#folder, 'opened'), secrets);
    const escrow = openEscrowPlace(join(this.#escrow, escrowFile(terminal)), this.#recovery.secret);
    return {
      images: [...backups.images, ...escrow.images],
      sealed: [...backups.sealed, ...escrow.sealed],
      keys: [...backups.keys, ...escrow.keys],
    };
  }

  /** Root, epoch and recovery key, the cabinets of live files and backup, and what is derived from them. */
  #keysLeft(): Uint8Array[] {
    const cabinets = [this.#data, this.#backup].flatMap((folder) => {
      using cabinet = openCabinet(folder, this.#root);
      const master = cabinet.key('master');
      const derived = PURPOSES.flatMap((purpose) => [deriveKey(master, purpose), deriveKey(this.#root, purpose)]);
      return [
        master,
        cabinet.key('signing'),
        cabinet.key('backup'),
        ...DATABASE_FILES.flatMap((file) => cabinet.fileKeys(file)),
        ...derived,
      ];
    });
    return [this.#root, ...this.#epochs(), this.#recovery.secret, ...cabinets];
  }

  #othersIntact(): Result[] {
    using vault = this.#open();
    const wrong = this.#people.differences(vault, { erased: ERASED, withdrawn: WITHDRAWN });
    return [
      none(
        'others that are not as before',
        wrong,
        `${PEOPLE - 1} people, their credentials, faces, consents and entries`,
      ),
    ];
  }

  /** The search must find what is there: with the epoch secret of before, everybody who is still enrolled, and a hash. */
  #controls(pieces: readonly Piece[], keys: ReadonlySet<string>, kept: ReadonlySet<string>): Result[] {
    const deleted = [
      ...this.#people.recordTraces(ERASED),
      this.#people.templateTrace(ERASED),
      this.#people.templateTrace(WITHDRAWN),
      this.#people.entryTrace(ERASED),
    ];
    const other = [...this.#people.recordTraces(0), this.#people.templateTrace(0), this.#people.entryTrace(0)];
    const seen = new Set(
      underKeys(pieces, kept, [...deleted, ...other]).map((hit) => hit.slice(0, hit.indexOf(' under'))),
    );
    const missing = deleted.filter(({ what }) => !seen.has(what));
    const unseen = other.filter(({ what }) => !seen.has(what));
    const [secret] = [...keys];
    const number = this.#people.cardNumber(ERASED);
    const hash = createHmac('sha256', Buffer.from(secret ?? '', 'hex'))
      .update(number)
      .digest();
    const planted = [{ name: 'planted', bytes: Buffer.concat([Buffer.alloc(9), hash]) }];
    const hits = byNumber(planted, keys, this.#people.cardNumbers(256));
    return [
      none(
        'control, epoch secret kept: not found',
        missing.map(({ what }) => what),
        'all of it is found with the one key that was to go',
      ),
      none(
        'control, somebody enrolled: not found',
        unseen.map(({ what }) => what),
        'the search sees',
      ),
      result('control, hash of a card planted', {
        ok: hits.length > 0,
        value: hits.length,
        note: 'found by trying out numbers',
      }),
    ];
  }
}

const none = (name: string, found: readonly string[], note: string): Result =>
  result(name, {
    ok: found.length === 0,
    value: found.length,
    limit: 0,
    note: found.length === 0 ? note : found.slice(0, 5).join('; '),
  });

function copyFiles(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    // The lock is SQLite's: opening it here would end it.
    if (entry.isFile() && entry.name !== 'lock') copyFileSync(join(from, entry.name), join(to, entry.name));
  }
}
