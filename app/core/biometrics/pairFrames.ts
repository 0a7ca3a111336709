import type { Millis } from '../kernel/units.ts';

/** What a camera tells of a frame for others to find the one that belongs to it. */
export interface TimedBySensor {
  /** When the sensor began with it, in nanoseconds by the clock that all cameras of the machine share. */
  readonly sensorNanos: bigint;
}

export interface Pair<One, Other> {
  readonly one: One;
  readonly other: Other;
}

const NANOS_A_MILLI = 1_000_000n;

/**
 * The frames of two cameras, colour and infrared, that show the same moment: no further apart than `withinMs`, each in
 * one pair at most, each with the nearest that is left. Both lists in the order of their sensor times; so are the pairs.
 */
export function pairFrames<One extends TimedBySensor, Other extends TimedBySensor>(
  ones: readonly One[],
  others: readonly Other[],
  withinMs: Millis,
): Pair<One, Other>[] {
  const within = BigInt(Math.floor(withinMs)) * NANOS_A_MILLI;
  const pairs: Pair<One, Other>[] = [];
  let from = 0;
  for (const [index, one] of ones.entries()) {
    let best: number | undefined;
    for (let at = from; at < others.length && others[at]!.sensorNanos <= one.sensorNanos + within; at++) {
      if (best === undefined || apart(one, others[at]!) < apart(one, others[best]!)) best = at;
    }
    if (best === undefined) continue;
    const other = others[best]!;
    const next = ones[index + 1];
    // The next one of this camera is nearer to it: this one has no partner.
    if (apart(one, other) > within || (next !== undefined && apart(next, other) < apart(one, other))) continue;
    pairs.push({ one, other });
    from = best + 1;
  }
  return pairs;
}

function apart(one: TimedBySensor, other: TimedBySensor): bigint {
  const distance = one.sensorNanos - other.sensorNanos;
  return distance < 0n ? -distance : distance;
}
