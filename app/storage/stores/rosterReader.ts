import type { Cardholder, Credential } from '#core/access/credential.ts';
import type { TemplateRecord } from '#core/biometrics/template.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { Cardholders } from './cardholders.ts';
import { Credentials } from './credentials.ts';
import type { Keyring } from './keyring.ts';
import { TEMPLATE_BYTES, Templates } from './templates.ts';

/** Rows that are read before the thread looks for journal entries again. */
const ROWS_AT_ONCE = 500;

/** A part of the roster. `features` holds TEMPLATE_BYTES for each template, in order; it is handed over, not copied. */
export interface RosterPart {
  readonly cardholders: readonly Cardholder[];
  readonly credentials: readonly Credential[];
  readonly templates: readonly TemplateRecord[];
  readonly features: ArrayBuffer;
}

interface RosterStores {
  readonly cardholders: Cardholders;
  readonly credentials: Credentials;
  readonly templates: Templates;
}

/** Reads the whole roster. One damaged row and its person is left out: what somebody tampered with opens no door. */
export class RosterReader {
  readonly #stores: RosterStores;
  readonly #keyring: Keyring;
  readonly #damaged: Map<Pseudonym, Fault>;
  /** Nothing of these people is used for decisions any more. */
  readonly #restricted = new Set<Pseudonym>();

  constructor(stores: RosterStores, keyring: Keyring, damaged: Map<Pseudonym, Fault>) {
    this.#stores = stores;
    this.#keyring = keyring;
    this.#damaged = damaged;
  }

  *parts(): Generator<RosterPart> {
    const { recordKeys } = this.#keyring;
    using biometricKeys = this.#keyring.biometricKeys();
    const standings = this.#keyring.special().filter(({ standing }) => standing !== 'held');
    for (const { pseudonym } of standings) this.#restricted.add(pseudonym);
    for (const rows of pages((position) => this.#stores.cardholders.page(position, ROWS_AT_ONCE))) {
      yield part({ cardholders: this.#opened(rows, (row, owner) => Cardholders.open(recordKeys.get(owner), row)) });
    }
    for (const rows of pages((position) => this.#stores.credentials.page(position, ROWS_AT_ONCE))) {
      yield part({ credentials: this.#opened(rows, (row, owner) => Credentials.open(recordKeys.get(owner), row)) });
    }
    for (const rows of pages((position) => this.#stores.templates.page(position, ROWS_AT_ONCE))) {
      const features = new ArrayBuffer(rows.length * TEMPLATE_BYTES);
      let next = 0;
      const templates = this.#opened(rows, (row, owner) => {
        const into = new Uint8Array(features, next * TEMPLATE_BYTES, TEMPLATE_BYTES);
        const record = Templates.open(biometricKeys.get(owner), row, into);
        next += 1;
        return record;
      });
      yield part({ templates, features });
    }
  }

  #opened<Row extends { readonly pseudonym: Pseudonym }, Opened>(
    rows: readonly Row[],
    open: (row: Row, owner: Pseudonym) => Opened,
  ): Opened[] {
    const opened: Opened[] = [];
    for (const row of rows) {
      const owner = row.pseudonym;
      if (this.#damaged.has(owner) || this.#restricted.has(owner)) continue;
      try {
        opened.push(open(row, owner));
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        this.#damaged.set(owner, error);
      }
    }
    return opened;
  }
}

function* pages<Row extends { readonly position: number }>(page: (position: number) => Row[]): Generator<Row[]> {
  for (let rows = page(0); rows.length > 0; rows = page(rows.at(-1)?.position ?? Infinity)) yield rows;
}

const part = (content: Partial<RosterPart>): RosterPart => ({
  cardholders: [],
  credentials: [],
  templates: [],
  features: new ArrayBuffer(0),
  ...content,
});
