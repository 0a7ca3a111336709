import { FEATURE_LENGTH, Probe } from '#core/biometrics/probe.ts';
import { Template } from '#core/biometrics/template.ts';
import type { ConsentId, TemplateId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { pseudonym } from '../people.ts';

/**
 * A unit vector with the given first numbers and the rest of its length in the last one: cosines between such vectors
 * can be told by hand.
 */
export function unit(...first: number[]): Float32Array {
  const values = new Float32Array(FEATURE_LENGTH);
  values.set(first);
  const rest = 1 - first.reduce((sum, value) => sum + value * value, 0);
  values[FEATURE_LENGTH - 1] = Math.sqrt(Math.max(0, rest));
  return values;
}

/** Numbers that repeat with the seed, of length 1. */
export function anyUnit(seed: number): Float32Array {
  const values = new Float32Array(FEATURE_LENGTH);
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  let squares = 0;
  for (let i = 0; i < FEATURE_LENGTH; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[i] = state / 2 ** 31 - 1;
    squares += values[i]! ** 2;
  }
  const length = Math.sqrt(squares);
  return values.map((value) => value / length);
}

/** `until`: when the consent that it stands on ends. */
export const template = (of: string, values: Float32Array, until = Number.MAX_SAFE_INTEGER): Template =>
  new Template(
    {
      id: `template of ${of}` as TemplateId,
      pseudonym: pseudonym(of),
      consent: `consent of ${of}` as ConsentId,
      until: wallTime(until),
      format: 'any',
    },
    values,
  );

export const probe = (values: Float32Array): Probe => new Probe(values.slice());

export function naiveCosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
