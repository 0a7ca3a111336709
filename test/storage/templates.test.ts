import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fault } from '#core/kernel/fault.ts';
import { Templates, TEMPLATE_BYTES, type SealedTemplate } from '#storage/stores/templates.ts';
import { keyObject } from '#storage/vault/derivedKeys.ts';
import { seal } from '#storage/vault/seal.ts';
import { faultOf } from './support/faults.ts';
import { featuresOf, person, secret } from './support/people.ts';

const KEY = keyObject(secret());
const { id, pseudonym, consent, format: model } = person('Ada').face.templates[0]!.record;
const FEATURES = new Uint8Array(featuresOf('Ada').buffer);

/** The content of a row as this version seals it: the features, then a double. */
function contentWith(until: number): Buffer {
  const end = Buffer.alloc(8);
  end.writeDoubleLE(until);
  return Buffer.concat([FEATURES, end]);
}

/** A row with this content, sealed by whoever has the person's key. */
function rowOf(content: Uint8Array): SealedTemplate {
  const sealed = seal(KEY, ['template', pseudonym, id, consent, model, 1], content);
  return { position: 1, id, pseudonym, consent, model, format: 1, sealed };
}

describe('a row of a template', () => {
  it('gives back features and the end of their consent to the millisecond, whenever that is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8.64e15 }), (until) => {
        const into = new Uint8Array(TEMPLATE_BYTES);
        expect(Templates.open(KEY, rowOf(contentWith(until)), into)).toEqual({
          id,
          pseudonym,
          consent,
          format: model,
          until,
        });
        expect(into).toEqual(FEATURES);
      }),
    );
  });

  it.each([
    ['without an end', FEATURES],
    ['with more behind its end', Buffer.concat([contentWith(1), Buffer.alloc(1)])],
    ['whose end is no number', contentWith(NaN)],
    ['that would hold for ever', contentWith(Infinity)],
    ['that is empty', Buffer.alloc(0)],
  ])('%s is refused by name, and gives no feature', async (_, content) => {
    const into = new Uint8Array(TEMPLATE_BYTES);
    const fault: Fault = await faultOf(() => Templates.open(KEY, rowOf(content), into), 'storage');
    expect(fault.thing).toBe(`biometrics.db, table templates, row ${id}`);
    expect(into.every((value) => value === 0)).toBe(true);
  });

  it('in which a single bit was changed does not open: nobody prolongs a consent by writing the file', async () => {
    const row = rowOf(contentWith(1_790_000_000_000));
    for (let byte = row.sealed.length - 24; byte < row.sealed.length; byte++) {
      const sealed = Buffer.from(row.sealed);
      sealed[byte]! ^= 1;
      await faultOf(() => Templates.open(KEY, { ...row, sealed }, new Uint8Array(TEMPLATE_BYTES)), 'storage');
    }
  });
});
