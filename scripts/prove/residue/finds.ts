import { KINDS, type Kind } from './traces.ts';
import type { Hit } from './windows.ts';

const TOLD_MAX = 6;

/** What was found where: by kind of trace and place, how many windows of how many faces. */
export class Finds {
  readonly #found = new Map<string, { kind: Kind; place: string; windows: number; readonly faces: Set<number> }>();

  add({ kind, face }: Hit, place: string): void {
    const name = KINDS[kind]!;
    const key = `${name} in ${place}`;
    const known = this.#found.get(key) ?? { kind: name, place, windows: 0, faces: new Set<number>() };
    known.windows++;
    known.faces.add(face);
    this.#found.set(key, known);
  }

  /** Kinds and places, each with all its windows together. */
  get count(): number {
    return this.#found.size;
  }

  /** Windows of a kind in places whose name matches, of faces from this one on. */
  windowsOf(kind: Kind, place: RegExp): number {
    let windows = 0;
    for (const found of this.#found.values())
      if (found.kind === kind && place.test(found.place)) windows += found.windows;
    return windows;
  }

  /** What was found most, for people. */
  toString(): string {
    const most = [...this.#found.values()].toSorted((a, b) => b.windows - a.windows);
    const told = most
      .slice(0, TOLD_MAX)
      .map(({ kind, place, windows, faces }) => `${kind} in ${place}: ${windows} windows of ${faces.size} faces`);
    return told.join('; ') + (most.length > TOLD_MAX ? `; and ${most.length - TOLD_MAX} more` : '');
  }
}
