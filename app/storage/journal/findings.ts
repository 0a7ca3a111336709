import type { Finding } from '#core/journal/check.ts';

/** Findings kept; a journal that is damaged throughout need not be listed entry by entry. */
const FINDINGS_MAX = 1_000;

/** Collects findings; the same thing at neighbouring entries is one finding. */
export class Findings {
  readonly #found: Finding[] = [];

  add(finding: Finding): void {
    const last = this.#found.at(-1);
    if (last !== undefined && last.kind === finding.kind && finding.from >= last.from && finding.from <= last.to + 1) {
      this.#found[this.#found.length - 1] = { ...last, to: Math.max(last.to, finding.to) };
      return;
    }
    if (this.#found.length < FINDINGS_MAX) this.#found.push(finding);
  }

  get all(): readonly Finding[] {
    return this.#found;
  }
}

export const range = (from: number, to: number): string => (from === to ? `entry ${from}` : `entries ${from} to ${to}`);
