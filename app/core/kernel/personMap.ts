import type { Pseudonym } from './ids.ts';

/** So many that one of them is copied in microseconds where a hundred thousand people are known. */
const BUCKETS = 1_024;

type Bucket<Value> = ReadonlyMap<Pseudonym, Value>;

/** A map that never changes: `with` and `without` give another one, and copy only a small part of it. */
export class PersonMap<Value> {
  readonly #buckets: readonly Bucket<Value>[];
  readonly size: number;

  private constructor(buckets: readonly Bucket<Value>[], size: number) {
    this.#buckets = buckets;
    this.size = size;
  }

  static of<Value>(entries: Iterable<readonly [Pseudonym, Value]>): PersonMap<Value> {
    const buckets = Array.from({ length: BUCKETS }, () => new Map<Pseudonym, Value>());
    for (const [person, value] of entries) buckets[bucketOf(person)]!.set(person, value);
    return new PersonMap(
      buckets,
      buckets.reduce((sum, { size }) => sum + size, 0),
    );
  }

  get(person: Pseudonym): Value | undefined {
    return this.#buckets[bucketOf(person)]!.get(person);
  }

  with(person: Pseudonym, value: Value): PersonMap<Value> {
    const place = bucketOf(person);
    const bucket = new Map(this.#buckets[place]).set(person, value);
    return this.#replaced(place, bucket);
  }

  without(person: Pseudonym): PersonMap<Value> {
    if (this.get(person) === undefined) return this;
    const place = bucketOf(person);
    const bucket = new Map(this.#buckets[place]);
    bucket.delete(person);
    return this.#replaced(place, bucket);
  }

  *entries(): Generator<readonly [Pseudonym, Value]> {
    for (const bucket of this.#buckets) yield* bucket;
  }

  #replaced(place: number, bucket: Bucket<Value>): PersonMap<Value> {
    const grown = bucket.size - this.#buckets[place]!.size;
    return new PersonMap(this.#buckets.with(place, bucket), this.size + grown);
  }
}

/** Pseudonyms are random: their first characters spread them evenly. */
function bucketOf(person: Pseudonym): number {
  let sum = 0;
  for (let index = 0; index < 6 && index < person.length; index++) sum = sum * 31 + person.charCodeAt(index);
  return sum % BUCKETS;
}
