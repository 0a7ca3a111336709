import type { KeyObject } from 'node:crypto';
import type { Cardholder, Credential } from '#core/access/credential.ts';
import type { TemplateRecord } from '#core/biometrics/template.ts';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { ConsentId, CredentialId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { ID_BYTES } from '../files/randomId.ts';
import { KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { Cardholders } from './cardholders.ts';
import { Credentials } from './credentials.ts';
import { isZeros } from '../keys/keyBlock.ts';
import { rowAt, startOf, type RowKind, type RowTable, type SealedRow, type SealedRows } from './rowPage.ts';
import { TEMPLATE_BYTES, TemplateForm, Templates } from './templates.ts';

/** Sealed rows of the roster with what opens them: for this thread, or for another that helps. */
export interface RosterPage extends SealedRows {
  readonly table: RowTable['name'];
  /** Of each row, KEY_BYTES one behind the other; zeros where the row is to be passed over. Overwritten by whoever opens them. */
  readonly keys: Uint8Array<ArrayBuffer>;
}

/** A part of the roster. `features` holds TEMPLATE_BYTES for each template, in order; it is handed over, not copied. */
export interface RosterPart {
  readonly cardholders: readonly Cardholder[];
  readonly credentials: readonly Credential[];
  readonly templates: PackedRecords;
  readonly features: ArrayBuffer;
}

/** Records of templates as bytes: as objects they would take as long to cross to another thread as to be unsealed. */
export interface PackedRecords {
  readonly count: number;
  /** Template, person and consent of each, ID_BYTES each. */
  readonly ids: Uint8Array;
  /** When the consent of each ends. */
  readonly untils: Float64Array;
  /** Of each, or one of them all. */
  readonly formats: readonly string[];
}

export function recordsOf({ count, ids, untils, formats }: PackedRecords): TemplateRecord[] {
  const bytes = Buffer.from(ids.buffer, ids.byteOffset, ids.length);
  const id = (index: number, which: number): string => {
    const at = (index * IDS_OF_A_TEMPLATE + which) * ID_BYTES;
    return bytes.toString('hex', at, at + ID_BYTES);
  };
  return Array.from({ length: count }, (_, index) => ({
    id: id(index, 0) as TemplateId,
    pseudonym: id(index, 1) as Pseudonym,
    consent: id(index, 2) as ConsentId,
    until: wallTime(untils[index]!),
    format: formats[index] ?? formats[0]!,
  }));
}

/** Somebody who is left out, and why. */
export type Damaged = readonly [pseudonym: Pseudonym, says: string];

export interface OpenedPage {
  readonly part: RosterPart;
  readonly damaged: readonly Damaged[];
}

export const TABLES: Record<RowTable['name'], RowTable & { readonly pseudonymAt: number; readonly file: string }> = {
  cardholders: { name: 'cardholders', ids: ['pseudonym'], pseudonymAt: 0, model: false, file: 'identities.db' },
  credentials: { name: 'credentials', ids: ['id', 'pseudonym'], pseudonymAt: 1, model: false, file: 'identities.db' },
  templates: {
    name: 'templates',
    ids: ['id', 'pseudonym', 'consent'],
    pseudonymAt: 1,
    model: true,
    file: 'biometrics.db',
  },
};

const IDS_OF_A_TEMPLATE = TABLES.templates.ids.length;
const IDS_BYTES = IDS_OF_A_TEMPLATE * ID_BYTES;

/** Opens every row that has a key, and overwrites the keys. */
export function openPage(page: RosterPage): OpenedPage {
  const damaged: Damaged[] = [];
  const opened = new OpenedRows(page.table === 'templates' ? page.ends.length : 0);
  const ids = TABLES[page.table].ids.length;
  for (let index = 0; index < page.ends.length; index++) {
    if (isZeros(page.keys, index * KEY_BYTES)) continue;
    const key = keyObject(page.keys.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES));
    // A template that is refused is opened again as the others are: that says what is wrong with it.
    if (page.table === 'templates' && opened.openTemplate(key, page, index)) continue;
    const row = rowAt(page, index, ids);
    try {
      opened.open(page.table, key, row);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      damaged.push([row.ids[TABLES[page.table].pseudonymAt] as Pseudonym, error.message]);
    }
  }
  page.keys.fill(0);
  // Freed at once: the collector is slow to see what lies outside its own memory, and looks through everything when it does.
  page.bytes.buffer.transfer(0);
  return { part: opened.part, damaged };
}

class OpenedRows {
  readonly #cardholders: Cardholder[] = [];
  readonly #credentials: Credential[] = [];
  readonly #features: ArrayBuffer;
  readonly #ids: Buffer;
  #kind: RowKind | undefined;
  #form = new TemplateForm(0, '');
  readonly #untils: Float64Array;
  readonly #formats: string[] = [];

  constructor(templates: number) {
    this.#features = new ArrayBuffer(templates * TEMPLATE_BYTES);
    this.#ids = Buffer.alloc(templates * IDS_OF_A_TEMPLATE * ID_BYTES);
    this.#untils = new Float64Array(templates);
  }

  get part(): RosterPart {
    const same = this.#formats.every((format) => format === this.#formats[0]);
    return {
      cardholders: this.#cardholders,
      credentials: this.#credentials,
      templates: {
        count: this.#formats.length,
        ids: this.#ids,
        untils: this.#untils,
        formats: same ? this.#formats.slice(0, 1) : this.#formats,
      },
      features: this.#features,
    };
  }

  /** False for one that does not open. */
  openTemplate(key: KeyObject, { bytes, ends, kinds }: SealedRows, index: number): boolean {
    const kind = kinds[index] ?? kinds[0]!;
    if (kind !== this.#kind) this.#form = new TemplateForm(kind.format, kind.model);
    this.#kind = kind;
    const place = this.#formats.length;
    const start = startOf(ends, index);
    const ids = this.#ids.subarray(place * IDS_BYTES, (place + 1) * IDS_BYTES);
    bytes.copy(ids, 0, start, start + IDS_BYTES);
    const into = new Uint8Array(this.#features, place * TEMPLATE_BYTES, TEMPLATE_BYTES);
    const until = this.#form.open(key, ids, bytes.subarray(start + IDS_BYTES, ends[index]), into);
    if (until === undefined) return false;
    this.#untils[place] = until;
    this.#formats.push(kind.model);
    return true;
  }

  open(table: RowTable['name'], key: KeyObject, { ids, format, model, sealed }: SealedRow): void {
    const [first = '', second = '', third = ''] = ids;
    if (table === 'cardholders')
      this.#cardholders.push(Cardholders.open(key, { pseudonym: first as Pseudonym, format, sealed }));
    else if (table === 'credentials') {
      const row = { id: first as CredentialId, pseudonym: second as Pseudonym, format, sealed };
      this.#credentials.push(Credentials.open(key, row));
    } else {
      const row = { id: first as TemplateId, pseudonym: second as Pseudonym, consent: third as ConsentId };
      Templates.open(key, { ...row, format, model, sealed }, new Uint8Array(TEMPLATE_BYTES));
      assert(false, 'a template that was refused is refused again');
    }
  }
}
