import type { Template, TemplateRecord } from '#core/biometrics/template.ts';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import type { Cardholder, Credential } from '#core/access/credential.ts';
import type { RootPlace } from '#core/config/terminalConfig.ts';
import { assert } from '#core/kernel/assert.ts';
import type { CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Backups } from '#core/ports/backups.ts';
import type { Receipts } from '#core/ports/receipts.ts';
import type {
  ConsentsRemoved,
  EnrolledFace,
  Enrolment,
  PeopleStore,
  Roster,
  TakeTemplates,
} from '#core/ports/stores.ts';
import type { Consent } from '#core/privacy/consent.ts';
import type { Deletion } from '#core/privacy/deletion.ts';
import type { RetentionRules } from '#core/privacy/retention.ts';
import { recordRestore } from './backup/restoreNote.ts';
import { ThreadedBackups } from './backup/threadedBackups.ts';
import type { DatabaseFile } from './files/folderMarker.ts';
import type { EpochPlace } from './keys/epochPlace.ts';
import { checkEnrolment, checkFace } from './stores/enrolment.ts';
import type { EnrolmentRows } from './stores/people.ts';
import { TEMPLATE_BYTES } from './stores/templates.ts';
import { RESERVE_BYTES } from './journal/reserve.ts';
import { ThreadedJournal, type StoredJournal } from './thread/threadedJournal.ts';
import { StorageThread } from './thread/storageThread.ts';
import { ThreadedKeyRoom, type StoredKeys } from './thread/threadedKeyRoom.ts';
import { loadParts, ROWS_FOR_TWO, templatesOf } from './thread/threadedRoster.ts';

export interface StorageOptions {
  /** Made where it is not there; it belongs to this gate alone. */
  readonly folder: string;
  /** A simulated gate has a data folder of its own; a folder of the other kind is refused. */
  readonly simulated: boolean;
  /** 32 bytes; copied, so the caller may overwrite it as soon as this has been called. */
  readonly master: Uint8Array;
  /** Where the master secret lies; without it neither it nor its copy for the recovery key can be renewed. */
  readonly root?: RootPlace;
  /** Where the epoch secret lies: outside the folder, and outside every backup. */
  readonly epoch: EpochPlace;
  /** Folders outside the terminal that hold copies of the keyring, sealed to the recovery key. */
  readonly escrowPlaces?: readonly string[];
  /** Told what the operator should know: people left out, a thread that ended. */
  readonly report: (line: HealthReport) => void;
  /** Pages after which a file counts as full; without it the disk alone is the limit. */
  readonly maxPages?: Partial<Record<DatabaseFile, number>>;
  /** Of the journal's reserve, where it is made: what entries find room in when the database takes none. */
  readonly reserveBytes?: number;
  /** Rows of the roster from which on a second thread helps to open them. */
  readonly rowsForTwo?: number;
}

/** Everybody at once, in batches that are each all or nothing: those before a fault stay enrolled. */
export interface BulkPeopleStore extends PeopleStore {
  enrolMany(people: Iterable<Enrolment>): Promise<void>;
}

export interface Storage {
  readonly people: BulkPeopleStore;
  readonly receipts: Receipts;
  readonly journal: StoredJournal;
  readonly keys: StoredKeys;
  readonly backups: Backups;
  /** Replaces what is stale in the escrow places. */
  readonly retryEscrow: () => Promise<void>;
  /** Writes what waits, closes the files, overwrites the keys. */
  readonly close: () => Promise<void>;
}

/** People enrolled in one transaction by `enrolMany`. */
const ENROLLED_AT_ONCE = 250;

/**
 * Opens the data folder on a thread of its own.
 * @throws Fault `key` for a master secret that is not the folder's; Fault `folder` for one that is in use; Fault `storage` for one of the
 * other kind, of a newer program, incomplete or damaged.
 */
export async function openStorage({
  folder,
  simulated,
  master,
  root,
  epoch,
  escrowPlaces = [],
  report,
  maxPages = {},
  reserveBytes = RESERVE_BYTES,
  rowsForTwo = ROWS_FOR_TWO,
}: StorageOptions): Promise<Storage> {
  const secret = new SharedArrayBuffer(master.length);
  new Uint8Array(secret).set(master);
  const thread = new StorageThread(
    {
      folder,
      simulated,
      master: secret,
      ...(root === undefined ? {} : { root }),
      epoch,
      escrowPlaces,
      maxPages,
      rowsForTwo,
    },
    report,
  );
  const end = await thread.opened();
  const journal = await ThreadedJournal.open({ thread, folder, reserveBytes, end, report });
  const keys = new ThreadedKeyRoom(thread, journal);
  await keys.start();
  await recordRestore(folder, journal);
  const backups = new ThreadedBackups(thread, folder);
  return {
    people: new ThreadedPeopleStore(thread),
    receipts: receiptsOf(thread),
    journal,
    keys,
    backups,
    retryEscrow: () => thread.call('retryEscrow', undefined),
    close: async () => {
      await backups.close();
      await journal.close();
    },
  };
}

class ThreadedPeopleStore implements BulkPeopleStore {
  readonly #thread: StorageThread;

  constructor(thread: StorageThread) {
    this.#thread = thread;
  }

  async load(take: TakeTemplates = () => undefined): Promise<Roster> {
    const cardholders: Cardholder[] = [];
    const credentials: Credential[] = [];
    const leftOut = new Set(
      await loadParts(this.#thread, (part) => {
        cardholders.push(...part.cardholders);
        credentials.push(...part.credentials);
        take(templatesOf(part));
      }),
    );
    return {
      cardholders: cardholders.filter(({ pseudonym }) => !leftOut.has(pseudonym)),
      credentials: credentials.filter(({ pseudonym }) => !leftOut.has(pseudonym)),
    };
  }

  enrol(person: Enrolment): Promise<void> {
    return this.#enrol([person]);
  }

  async enrolMany(people: Iterable<Enrolment>): Promise<void> {
    let batch: Enrolment[] = [];
    for (const person of people) {
      batch.push(person);
      if (batch.length < ENROLLED_AT_ONCE) continue;
      await this.#enrol(batch);
      batch = [];
    }
    if (batch.length > 0) await this.#enrol(batch);
  }

  consentsOf(pseudonym: Pseudonym): Promise<readonly Consent[]> {
    return this.#thread.call('consents', pseudonym);
  }

  removeConsents(endedBy: WallTime, behind = 0): Promise<ConsentsRemoved> {
    return this.#thread.call('removeConsents', { endedBy, behind });
  }

  async addFace(face: EnrolledFace): Promise<void> {
    const { consent, templates } = face;
    checkFace(consent.pseudonym, face);
    const features = featuresOf(templates);
    try {
      const rows = { consent, templates: templates.map(({ record }) => record) };
      await this.#thread.call('addFace', { face: rows, features });
    } finally {
      new Uint8Array(features).fill(0);
    }
  }

  withdrawFace(pseudonym: Pseudonym, at: WallTime): Promise<Deletion> {
    return this.#thread.call('withdrawFace', { pseudonym, at });
  }

  withdrawFaces(people: readonly Pseudonym[], at: WallTime): Promise<readonly Deletion[]> {
    return this.#thread.call('withdrawFaces', { people, at });
  }

  async erase(pseudonym: Pseudonym, at: WallTime, retention: RetentionRules): Promise<Deletion> {
    const [deletion] = await this.eraseAll([pseudonym], at, retention);
    assert(deletion !== undefined, 'erasing a person says what became of it');
    return deletion;
  }

  eraseAll(people: readonly Pseudonym[], at: WallTime, retention: RetentionRules): Promise<readonly Deletion[]> {
    return this.#thread.call('erase', { people, at, retention });
  }

  eraseDue(at: WallTime, limit = Infinity): Promise<readonly Deletion[]> {
    return this.#thread.call('eraseDue', { at, limit });
  }

  dueErasures(): Promise<readonly WallTime[]> {
    return this.#thread.call('dueErasures', undefined);
  }

  deletionOf(pseudonym: Pseudonym): Promise<Deletion | undefined> {
    return this.#thread.call('deletionOf', pseudonym);
  }

  revokeCredential(credential: CredentialId, at: WallTime): Promise<void> {
    return this.#thread.call('revokeCredential', { credential, at });
  }

  async #enrol(people: readonly Enrolment[]): Promise<void> {
    for (const person of people) checkEnrolment(person);
    const features = featuresOf(people.flatMap(({ face }) => face?.templates ?? []));
    try {
      await this.#thread.call('enrol', { people: people.map(rowsOf), features });
    } finally {
      new Uint8Array(features).fill(0);
    }
  }
}

const receiptsOf = (thread: StorageThread): Receipts => ({
  ofDeletion: (deletion, at) => thread.call('receiptOfDeletion', { deletion, at }),
  ofRevocation: (revocation, at) => thread.call('receiptOfRevocation', { revocation, at }),
  again: (receipt, at) => thread.call('receiptAgain', { receipt, at }),
});

function featuresOf(templates: readonly Template[]): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(templates.length * TEMPLATE_BYTES);
  const values = new Float32Array(shared);
  for (const [index, template] of templates.entries()) template.copyTo(values, index * FEATURE_LENGTH);
  return shared;
}

function rowsOf({ cardholder, credentials, face }: Enrolment): EnrolmentRows {
  const templates: readonly TemplateRecord[] = (face?.templates ?? []).map(({ record }) => record);
  return { cardholder, credentials, templates, ...(face === undefined ? {} : { consent: face.consent }) };
}
