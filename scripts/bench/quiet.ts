import { loadavg } from 'node:os';
import { atMost, type Result } from '../report.ts';
import type { RawInference } from './rawInference.ts';
import { median, rounded } from './statistics.ts';

/** Runnable processes over the last minute, before anything was measured, beyond which others are at work here. */
const LOAD_MAX = 1.5;
/** Sum of the raw inference times on the idle 2-core x86-64 machine that the limits are meant for. */
const RAW_MS_IDLE = 15.2;
/** How much slower than that a machine may be for absolute figures to say something about the program. */
const SLOWER_MAX = 2;
const RUNS = 9;

/**
 * Whether this machine is quiet, and quick, enough for absolute limits. On one that is not, a limit that is missed says
 * nothing about the program: it is told in the note, with the figure, and the result is ok.
 */
export class Quiet {
  readonly #load: number;
  readonly #raw: number[] = [];

  /** @param load before the measuring began, which is a load itself */
  constructor(load = loadavg()[0] ?? 0) {
    this.#load = load;
  }

  /** To be called between measurements: others may begin to work at any time. */
  async listen(raw: RawInference): Promise<void> {
    const took: number[] = [];
    for (let run = 0; run < RUNS; run++) took.push(await raw.sumMs());
    this.heard(median(took));
  }

  /** A sum of raw inference times that was measured anyway. */
  heard(rawMs: number): void {
    this.#raw.push(rawMs);
  }

  /** What disturbs, or undefined where nothing does. */
  get noise(): string | undefined {
    const raw = this.#raw.length === 0 ? 0 : median(this.#raw);
    if (this.#load > LOAD_MAX) return `load ${rounded(this.#load, 2)} before it began`;
    return raw > SLOWER_MAX * RAW_MS_IDLE
      ? `raw inference ${rounded(raw, 1)} ms, ${RAW_MS_IDLE} on the machine meant`
      : undefined;
  }

  /** A figure with an absolute limit. */
  atMost(name: string, about: { value: number; limit: number; unit: string; note: string }): Result {
    const judged = atMost(name, about);
    const { noise } = this;
    if (judged.ok || noise === undefined) return judged;
    return { ...judged, ok: true, note: `over its limit, on a machine that is not idle: ${noise}; ${about.note}` };
  }
}
