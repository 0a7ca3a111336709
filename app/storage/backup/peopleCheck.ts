import { Fault } from '#core/kernel/fault.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { Cardholders } from '../stores/cardholders.ts';
import { Consents } from '../stores/consents.ts';
import { Credentials } from '../stores/credentials.ts';
import type { Keyring } from '../stores/keyring.ts';
import { TEMPLATE_BYTES, Templates } from '../stores/templates.ts';
import { idText } from '../files/randomId.ts';
import type { RestoredPeople } from './replay.ts';

const ROWS_AT_ONCE = 500;

/** Who of those that have keys is not in a backup whole. */
export interface Missing {
  /** Nothing of them: they were enrolled later. */
  readonly absent: readonly Pseudonym[];
  /** With a record that does not open under their key. */
  readonly unreadable: readonly Pseudonym[];
  /** With a template that does not open: sealed under a biometric key of before. */
  readonly faceless: readonly Pseudonym[];
  /** Everybody who is there whole. */
  readonly people: number;
  /** The first row that does not open, for whoever has to look at it. */
  readonly first: Fault | undefined;
}

/** Opens every row of everybody. */
export function checkPeople({ biometrics, identities }: RestoredPeople, keyring: Keyring): Missing {
  const check = new PeopleCheck(keyring);
  const cardholders = new Cardholders(identities);
  const present = new Set(cardholders.pseudonyms());
  const { recordKeys } = keyring;
  check.record(
    (position) => cardholders.page(position, ROWS_AT_ONCE),
    (row) => Cardholders.open(recordKeys.get(row.pseudonym), row),
  );
  const credentials = new Credentials(identities);
  check.record(
    (position) => credentials.page(position, ROWS_AT_ONCE),
    (row) => Credentials.open(recordKeys.get(row.pseudonym), row),
  );
  const consents = new Consents(biometrics);
  const consenting = biometrics.prepare<[], Pseudonym>(`SELECT DISTINCT ${idText('pseudonym')} FROM consents`).pluck();
  for (const pseudonym of consenting.all())
    check.attempt(pseudonym, check.unreadable, () => consents.of(recordKeys.get(pseudonym), pseudonym));
  const templates = new Templates(biometrics);
  using biometricKeys = keyring.biometricKeys();
  const features = new Uint8Array(TEMPLATE_BYTES);
  check.rows(
    check.faceless,
    (position) => templates.page(position, ROWS_AT_ONCE),
    (row) => Templates.open(biometricKeys.get(row.pseudonym), row, features),
  );
  features.fill(0);
  return check.result(present);
}

interface Row {
  readonly position: number;
  readonly pseudonym: Pseudonym;
}

class PeopleCheck {
  readonly unreadable = new Set<Pseudonym>();
  readonly faceless = new Set<Pseudonym>();
  readonly #keyring: Keyring;
  #first: Fault | undefined;

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  record<One extends Row>(page: (position: number) => One[], open: (row: One) => unknown): void {
    this.rows(this.unreadable, page, open);
  }

  rows<One extends Row>(failed: Set<Pseudonym>, page: (position: number) => One[], open: (row: One) => unknown): void {
    for (let rows = page(0); rows.length > 0; rows = page(rows.at(-1)?.position ?? Infinity))
      for (const row of rows) this.attempt(row.pseudonym, failed, () => open(row));
  }

  attempt(pseudonym: Pseudonym, failed: Set<Pseudonym>, open: () => unknown): void {
    try {
      open();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#first ??= error;
      failed.add(pseudonym);
    }
  }

  result(present: ReadonlySet<Pseudonym>): Missing {
    const erased = new Set(
      this.#keyring
        .special()
        .filter(({ standing }) => standing === 'erased')
        .map(({ pseudonym }) => pseudonym),
    );
    const living = this.#keyring.pseudonyms().filter((pseudonym) => !erased.has(pseudonym));
    const absent = living.filter((pseudonym) => !present.has(pseudonym));
    const unreadable = [...this.unreadable];
    const faceless = [...this.faceless].filter((pseudonym) => !this.unreadable.has(pseudonym));
    const people = living.length - absent.length - unreadable.length;
    return { absent, unreadable, faceless, people, first: this.#first };
  }
}
