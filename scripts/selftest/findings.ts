import { messageOf } from '#core/kernel/fault.ts';
import { result, type Result } from '../report.ts';

type About = Partial<Omit<Result, 'name'>>;

/** What a self-test has found so far, and what it is about: a run that hangs can still say where. */
export class Findings {
  readonly #results: Result[] = [];
  #at = 'the start';

  get results(): readonly Result[] {
    return this.#results;
  }

  /** What is being looked at. */
  get at(): string {
    return this.#at;
  }

  set at(what: string) {
    this.#at = what;
  }

  add(name: string, about: About): void {
    this.#results.push(result(name, about));
  }

  /** One thing to be shown: where it throws, that is what was found. */
  async show(name: string, look: () => Promise<About>): Promise<void> {
    this.#at = name;
    try {
      this.add(name, await look());
    } catch (thrown) {
      this.add(name, { ok: false, note: messageOf(thrown) });
    }
  }

  /** Several things to be shown one after the other: where one ends the others, that is a finding, and the rest goes on. */
  async part(name: string, show: () => Promise<void>): Promise<void> {
    try {
      await show();
    } catch (thrown) {
      this.add(name, { ok: false, note: `broken off: ${messageOf(thrown)}` });
    }
  }
}

/** Resolves when `whole` is over, or when its time is: what was found until then stands, and the result says where it was. */
export async function withinTime(whole: Promise<void>, findings: Findings, limitMs: number): Promise<void> {
  const start = performance.now();
  const about = { limit: limitMs / 1_000, unit: 's' };
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    const note = `not over in time; it was at: ${findings.at}`;
    findings.add('selftest.time_s', { ...about, ok: false, value: about.limit, note });
    late.resolve();
  }, limitMs);
  const over = whole.then(() => {
    findings.add('selftest.time_s', { ...about, value: Math.round(performance.now() - start) / 1_000 });
  });
  try {
    await Promise.race([over, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
