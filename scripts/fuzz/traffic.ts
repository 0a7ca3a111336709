import { Chance } from './chance.ts';

/** Changes that one piece of traffic gets at most. */
const CHANGES_MAX = 3;

/** Bits turned, bytes set, left out, put in, doubled; cut short; other traffic behind it. */
export function mutated(bytes: Uint8Array, others: readonly Uint8Array[], chance: Chance): Uint8Array {
  let found: Uint8Array = bytes.slice();
  for (let changes = 1 + chance.below(CHANGES_MAX); changes > 0; changes--) {
    const at = chance.below(found.length + 1);
    const way = chance.below(7);
    if (way === 0 && at < found.length) found[at]! ^= 1 << chance.below(8);
    else if (way === 1 && at < found.length) found[at] = chance.below(256);
    else if (way === 2) found = joined(found.subarray(0, at), found.subarray(at + 1));
    else if (way === 3) found = joined(found.subarray(0, at), Uint8Array.of(chance.below(256)), found.subarray(at));
    else if (way === 4) found = joined(found.subarray(0, at), found.subarray(Math.max(at - 4, 0)));
    else if (way === 5) found = found.slice(0, at);
    else found = joined(found, chance.of(others));
  }
  return found;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Does `bytes` hold `part` somewhere? */
export const holds = (bytes: Uint8Array, part: Uint8Array): boolean => Buffer.from(bytes).includes(Buffer.from(part));

/** @throws where `holds` is false: the parser broke a promise. */
export function demand(kept: boolean, promise: string): asserts kept {
  if (!kept) throw new Error(`broken: ${promise}`);
}

/** How a parser is put on trial: `put` throws where it breaks a promise. */
export interface Trial {
  /** Real traffic. */
  readonly traffic: readonly Uint8Array[];
  readonly put: (bytes: Uint8Array, chance: Chance) => void;
}

/**
 * All traffic cut at every byte first, then mutated as often as is left. @throws with the case and the seed, and the bytes
 * @returns the number of cases run
 */
export function fuzzTraffic(cases: number, seed: number, { traffic, put }: Trial): number {
  const chance = new Chance(seed);
  const cuts = traffic.flatMap((bytes) => Array.from(bytes, (_, at) => bytes.subarray(0, at)));
  for (let run = 0; run < cases; run++) {
    const bytes = cuts[run] ?? mutated(chance.of(traffic), traffic, chance);
    try {
      put(bytes, chance);
    } catch (thrown) {
      const found = Buffer.from(bytes).toString('hex');
      throw new Error(`case ${run} of seed ${seed}, ${found}: ${String(thrown)}`, { cause: thrown });
    }
  }
  return cases;
}

/** The bytes in pieces, as a line may cut them. */
export function* pieces(bytes: Uint8Array, chance: Chance): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const size = 1 + chance.below(bytes.length);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
