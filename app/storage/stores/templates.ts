import type { KeyObject } from 'node:crypto';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import type { TemplateRecord } from '#core/biometrics/template.ts';
import type { ConsentId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { Sqlite, Statement } from '../files/openDatabase.ts';
import { ID_BYTES, idBytes, idText } from '../files/randomId.ts';
import { associatedData, damagedRow, seal, unseal, unsealWith, type SealedAs } from '../vault/seal.ts';

const FORMAT = 1;
/** Bytes of a template: 512 numbers of 32 bits, little-endian as every machine that this runs on. */
export const TEMPLATE_BYTES = FEATURE_LENGTH * Float32Array.BYTES_PER_ELEMENT;
/** What is sealed: the features, and behind them when their consent ends, milliseconds as a double, little-endian. */
const SEALED_CONTENT_BYTES = TEMPLATE_BYTES + Float64Array.BYTES_PER_ELEMENT;

export interface SealedTemplate {
  readonly position: number;
  readonly id: TemplateId;
  readonly pseudonym: Pseudonym;
  readonly consent: ConsentId;
  readonly format: number;
  readonly model: string;
  readonly sealed: Buffer;
}

/** Templates in biometrics.db, each sealed with its person's biometric key and bound to person, consent and model. */
export class Templates {
  readonly #database: Sqlite;
  readonly #insert: Statement;

  constructor(database: Sqlite) {
    this.#database = database;
    this.#insert = database.prepare(
      'INSERT INTO templates (id, pseudonym, consent, format, model, sealed) VALUES (?, ?, ?, ?, ?, ?)',
    );
  }

  /** `bytes`: TEMPLATE_BYTES of it, for the caller to overwrite. */
  add(key: KeyObject, record: TemplateRecord, bytes: Uint8Array): void {
    const content = Buffer.alloc(SEALED_CONTENT_BYTES);
    content.set(bytes);
    content.writeDoubleLE(record.until, TEMPLATE_BYTES);
    const sealed = seal(key, sealedAs(record, FORMAT), content);
    content.fill(0);
    const { id, pseudonym, consent, format } = record;
    this.#insert.run(idBytes(id), idBytes(pseudonym), idBytes(consent), FORMAT, format, sealed);
  }

  /** Does any stand on this consent? */
  standOn(consent: ConsentId): boolean {
    return this.#database.prepare('SELECT 1 FROM templates WHERE consent = ?').get(idBytes(consent)) !== undefined;
  }

  /** At most `limit` rows behind `position`, in order of position. */
  page(position: number, limit: number): SealedTemplate[] {
    return this.#database
      .prepare<[number, number], SealedTemplate>(
        `SELECT rowid AS position, ${idText('id')}, ${idText('pseudonym')}, ${idText('consent')}, format, model, sealed FROM templates
         WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      )
      .all(position, limit);
  }

  /** Is there any of this person? */
  has(pseudonym: Pseudonym): boolean {
    return this.#database.prepare('SELECT 1 FROM templates WHERE pseudonym = ?').get(idBytes(pseudonym)) !== undefined;
  }

  /** One person's templates under another key. How many of them open under neither key: they stay as they are. */
  sealAnew(pseudonym: Pseudonym, from: KeyObject, to: KeyObject): number {
    const update = this.#database.prepare('UPDATE templates SET sealed = ? WHERE id = ?');
    let damaged = 0;
    for (const { id, consent, format, model, sealed } of this.#rowsOf(pseudonym)) {
      const as = sealedAs({ id, pseudonym, consent, format: model }, format);
      const content = unseal(from, as, sealed);
      if (content !== undefined) update.run(seal(to, as, content), idBytes(id));
      else if (!opens(to, as, sealed)) damaged += 1;
      content?.fill(0);
    }
    return damaged;
  }

  #rowsOf(pseudonym: Pseudonym): Omit<SealedTemplate, 'position' | 'pseudonym'>[] {
    return this.#database
      .prepare<[Buffer], Omit<SealedTemplate, 'position' | 'pseudonym'>>(
        `SELECT ${idText('id')}, ${idText('consent')}, format, model, sealed FROM templates WHERE pseudonym = ?`,
      )
      .all(idBytes(pseudonym));
  }

  removeOf(pseudonym: Pseudonym): void {
    this.#database.prepare('DELETE FROM templates WHERE pseudonym = ?').run(idBytes(pseudonym));
  }

  /** Writes the features to `into`, TEMPLATE_BYTES long. @throws Fault `storage` for a row that does not open. */
  static open(key: KeyObject | undefined, row: Omit<SealedTemplate, 'position'>, into: Uint8Array): TemplateRecord {
    const { id, pseudonym, consent, model } = row;
    const record = { id, pseudonym, consent, format: model };
    const place = { file: 'biometrics.db', table: 'templates', row: id };
    if (key === undefined) throw damagedRow(place, 'a template whose key is gone');
    const content = unseal(key, sealedAs(record, row.format), row.sealed);
    if (content === undefined)
      throw damagedRow(place, 'a row that does not open: damaged, or another row put in its place');
    try {
      if (content.length !== SEALED_CONTENT_BYTES) throw damagedRow(place, `${content.length} bytes`);
      const until = content.readDoubleLE(TEMPLATE_BYTES);
      if (!Number.isFinite(until)) throw damagedRow(place, 'an end of its consent that is no moment');
      into.set(content.subarray(0, TEMPLATE_BYTES));
      return { ...record, until: wallTime(until) };
    } finally {
      content.fill(0);
    }
  }
}

const HEX = Buffer.from('0123456789abcdef', 'latin1');

/**
 * What the templates of one model are sealed as, with the three ids of each written into the same bytes: to make them
 * anew from text takes a fifth of the time in which a template is unsealed.
 */
export class TemplateForm {
  readonly #bytes: Buffer;
  /** Where the template's id is written, the person's and the consent's: in the order of their columns. */
  readonly #idsAt: readonly number[];

  constructor(format: number, model: string) {
    const [id, pseudonym, consent] = ['0', '1', '2'].map((digit) => digit.repeat(ID_BYTES * 2)) as [
      TemplateId,
      Pseudonym,
      ConsentId,
    ];
    this.#bytes = associatedData(sealedAs({ id, pseudonym, consent, format: model }, format));
    this.#idsAt = [id, pseudonym, consent].map((text) => this.#bytes.indexOf(text));
  }

  /** Writes the features to `into`; says when the consent ends. Undefined for a row that `Templates.open` refuses. */
  open(key: KeyObject, ids: Uint8Array, sealed: Uint8Array, into: Uint8Array): WallTime | undefined {
    this.#write(ids);
    const content = unsealWith(key, this.#bytes, sealed);
    if (content === undefined) return undefined;
    const until = content.length === SEALED_CONTENT_BYTES ? content.readDoubleLE(TEMPLATE_BYTES) : NaN;
    if (Number.isFinite(until)) into.set(content.subarray(0, TEMPLATE_BYTES));
    content.fill(0);
    return Number.isFinite(until) ? wallTime(until) : undefined;
  }

  #write(ids: Uint8Array): void {
    const bytes = this.#bytes;
    let from = 0;
    for (const start of this.#idsAt)
      for (let at = start; at < start + ID_BYTES * 2; at += 2) {
        const byte = ids[from++]!;
        bytes[at] = HEX[byte >> 4]!;
        bytes[at + 1] = HEX[byte & 15]!;
      }
  }
}

function opens(key: KeyObject, as: SealedAs, sealed: Uint8Array): boolean {
  const content = unseal(key, as, sealed);
  content?.fill(0);
  return content !== undefined;
}

const sealedAs = (record: Omit<TemplateRecord, 'until'>, format: number): SealedAs => [
  'template',
  record.pseudonym,
  record.id,
  record.consent,
  record.format,
  format,
];
