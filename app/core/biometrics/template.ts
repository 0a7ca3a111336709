import { assert } from '../kernel/assert.ts';
import type { ConsentId, Pseudonym, TemplateId } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';
import { FEATURE_LENGTH } from './probe.ts';

export interface TemplateRecord {
  readonly id: TemplateId;
  readonly pseudonym: Pseudonym;
  /** The consent that this template stands on. */
  readonly consent: ConsentId;
  /** When that consent ends: the first moment at which the template no longer holds. It goes then. */
  readonly until: WallTime;
  /** The engine's format name; templates of another format are not compared. */
  readonly format: string;
}

/** The enrolled features of a person, 512 numbers of length 1. Becomes no text; overwrites itself on dispose. */
export class Template implements Disposable {
  readonly record: TemplateRecord;
  readonly #values: Float32Array;
  #alive = true;

  /** Takes over `values`: the caller must not keep them. */
  constructor(record: TemplateRecord, values: Float32Array) {
    assert(values.length === FEATURE_LENGTH, `a template has ${FEATURE_LENGTH} numbers, not ${values.length}`);
    this.record = record;
    this.#values = values;
  }

  /** Copies the numbers to `offset` of `rows`: into the gallery, or into a buffer about to be sealed. */
  copyTo(rows: Float32Array, offset: number): void {
    assert(this.#alive, 'a template is not used after it was overwritten');
    rows.set(this.#values, offset);
  }

  toJSON(): string {
    return `[template ${this.record.id}]`;
  }

  [Symbol.dispose](): void {
    this.#values.fill(0);
    this.#alive = false;
  }
}
