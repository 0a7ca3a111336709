import type * as z from 'zod';

/** Letters that may differ between a misspelt key and the one that was meant. */
const DISTANCE_MAX = 3;

/** `did you mean "lock"?`, or the keys that are known where nothing is near. */
export function didYouMean(key: string, path: readonly PropertyKey[], schema: z.core.$ZodType): string {
  const known = keysAt(schema, path);
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(key, candidate) }))
    .toSorted((a, b) => a.distance - b.distance)[0];
  if (nearest !== undefined && nearest.distance <= DISTANCE_MAX)
    return `one that is; did you mean "${nearest.candidate}"?`;
  return `one of ${known.join(', ')}`;
}

/** Zod's own description of a schema, as far as it is walked here. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly innerType?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
}

function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const [step, ...rest] = path;
  const objects = objectsOf(schema);
  if (step === undefined) return [...new Set(objects.flatMap((object) => Object.keys(object.shape ?? {})))];
  if (typeof step === 'number') {
    const { element } = definitionOf(schema);
    return element === undefined ? [] : keysAt(element, rest);
  }
  return objects.flatMap((object) => {
    const inner = object.shape?.[String(step)];
    return inner === undefined ? [] : keysAt(inner, rest);
  });
}

function objectsOf(schema: z.core.$ZodType): readonly Definition[] {
  const definition = definitionOf(schema);
  if (definition.type === 'object') return [definition];
  return (definition.options ?? []).flatMap(objectsOf);
}

/** Looks through defaults and preparations. */
function definitionOf(schema: z.core.$ZodType): Definition {
  const definition: Definition = schema._zod.def;
  const inner = definition.innerType ?? definition.out;
  return inner === undefined ? definition : definitionOf(inner);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substituted));
    }
    row = next;
  }
  return row[b.length]!;
}
