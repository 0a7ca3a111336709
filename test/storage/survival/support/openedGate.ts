import type { Cardholder, Credential } from '#core/access/credential.ts';
import { recordsOf, type RosterPart } from '#storage/stores/rosterPage.ts';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import { BrokenPromise } from '#core/kernel/assert.ts';
import { fromFaultMessage } from '#core/kernel/faultMessage.ts';
import type { DoorId, Pseudonym } from '#core/kernel/ids.ts';
import type { DoorMode } from '#core/door/door.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Consent } from '#core/privacy/consent.ts';
import { createDoorModes } from '#storage/doorModes.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { createEpochStore } from '#storage/keys/epochPlace.ts';
import { openMaster } from '#storage/openMaster.ts';
import { TEMPLATE_BYTES } from '#storage/stores/templates.ts';
import type { CallMessage, CallName, Calls, ThreadMessage } from '#storage/thread/protocol.ts';
import { ThreadedJournal, type StorageCalls } from '#storage/thread/threadedJournal.ts';
import { ThreadedKeyRoom } from '#storage/thread/threadedKeyRoom.ts';
import { ThreadLoop } from '#storage/thread/threadLoop.ts';
import { Vault } from '#storage/thread/vault.ts';
import { placesOf, RESERVE_BYTES_OF_A_TEST } from './telling.ts';

/** Somebody as a decision would know them. */
export interface KnownPerson {
  readonly cardholder: Cardholder;
  readonly credentials: readonly Credential[];
  readonly faces: readonly { readonly id: string; readonly features: Float32Array }[];
}

/** The storage thread's loop in this thread: as the gate opens its folder, but in a twentieth of the time. */
class LoopHere implements StorageCalls {
  readonly #loop: ThreadLoop;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  constructor(vault: Vault, report: (line: HealthReport) => void) {
    this.#loop = new ThreadLoop({
      vault,
      rowsForTwo: Infinity,
      report,
      answer: (message) => this.#take(message),
      ended: () => undefined,
    });
  }

  call<Name extends CallName>(name: Name, given: Calls[Name]['given']): Promise<Calls[Name]['answer']> {
    const id = ++this.#last;
    const answer = Promise.withResolvers<Calls[Name]['answer']>();
    this.#waiting.set(id, answer as PromiseWithResolvers<unknown>);
    this.#loop.take({ id, call: name, given } as unknown as CallMessage);
    return answer.promise;
  }

  async close(): Promise<void> {
    await this.call('close', undefined);
  }

  #take(message: ThreadMessage): void {
    if (message.kind === 'answer') this.#waiting.get(message.id)?.resolve(message.answer);
    if (message.kind === 'fault') this.#waiting.get(message.id)?.reject(fromFaultMessage(message.fault));
  }
}

/** A gate's storage on the folders under `root`, opened as a start opens it. */
export class OpenedGate implements AsyncDisposable {
  readonly root: string;
  readonly journal: ThreadedJournal;
  readonly people: ReadonlyMap<Pseudonym, KnownPerson>;
  readonly reports: readonly HealthReport[];
  readonly doorMode: DoorMode;
  /** Secrets in the epoch store: a renewal that was cut off has been brought to its end. */
  readonly epochSecrets: number;
  readonly #vault: Vault;

  private constructor(
    vault: Vault,
    parts: Pick<OpenedGate, 'root' | 'journal' | 'reports' | 'doorMode' | 'epochSecrets'>,
  ) {
    this.#vault = vault;
    this.root = parts.root;
    this.journal = parts.journal;
    this.reports = parts.reports;
    this.doorMode = parts.doorMode;
    this.epochSecrets = parts.epochSecrets;
    this.people = peopleOf(vault);
  }

  static async open(root: string): Promise<OpenedGate> {
    const { key, epoch, data } = placesOf(root);
    const reports: HealthReport[] = [];
    const report = (line: HealthReport): void => void reports.push(line);
    const master = openMaster(createFileKeyStore(key), data);
    const doorMode = createDoorModes({ folder: data, master, report }).read('front' as DoorId);
    const vault = new Vault({
      folder: data,
      simulated: true,
      master,
      root: { kind: 'file', path: key },
      epoch,
      maxPages: {},
      report,
    });
    const { last, lastAt } = vault.journal;
    const reserveKey = new SharedArrayBuffer(vault.reserveKey.length);
    new Uint8Array(reserveKey).set(vault.reserveKey);
    const thread = new LoopHere(vault, report);
    const journal = await ThreadedJournal.open({
      thread,
      folder: data,
      reserveBytes: RESERVE_BYTES_OF_A_TEST,
      end: { last, reserveKey, ...(lastAt === undefined ? {} : { lastAt }) },
      report,
    });
    await new ThreadedKeyRoom(thread, journal).start();
    return new OpenedGate(vault, {
      root,
      journal,
      reports,
      doorMode,
      epochSecrets: createEpochStore(epoch).read().length,
    });
  }

  /** Those that can be read. */
  consentsOf(pseudonym: Pseudonym): readonly Consent[] {
    return this.#vault.people.consentsOf(pseudonym);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.journal.close();
  }
}

function peopleOf(vault: Vault): Map<Pseudonym, KnownPerson> {
  const parts: RosterPart[] = [];
  const all = vault.people.load();
  for (let next = all.next(); ; next = all.next()) {
    if (next.done !== true) parts.push(next.value);
    else if (next.value.length > 0) throw new BrokenPromise(`${next.value.length} people were left out`);
    else break;
  }
  const faces = parts.flatMap(({ templates, features }) =>
    recordsOf(templates).map(({ id, pseudonym }, index) => {
      return { pseudonym, id, features: new Float32Array(features, index * TEMPLATE_BYTES, FEATURE_LENGTH) };
    }),
  );
  const credentials = parts.flatMap((part) => part.credentials);
  const people = new Map<Pseudonym, KnownPerson>();
  for (const cardholder of parts.flatMap((part) => part.cardholders)) {
    const own = ({ pseudonym }: { readonly pseudonym: Pseudonym }): boolean => pseudonym === cardholder.pseudonym;
    people.set(cardholder.pseudonym, { cardholder, credentials: credentials.filter(own), faces: faces.filter(own) });
  }
  const ownerless = [...credentials, ...faces].find(({ pseudonym }) => !people.has(pseudonym));
  if (ownerless !== undefined) throw new BrokenPromise(`rows of ${ownerless.pseudonym}, and no cardholder`);
  return people;
}
