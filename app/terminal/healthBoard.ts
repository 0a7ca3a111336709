import type { Health, HealthReport } from '#core/ports/health.ts';

/** The health page: the newest line of every part. */
export class HealthBoard implements Health {
  readonly #lines = new Map<string, HealthReport>();
  readonly #listeners = new Set<(line: HealthReport) => void>();

  report(line: HealthReport): void {
    const known = this.#lines.get(line.part);
    if (known?.level === line.level && known.says === line.says) return;
    this.#lines.set(line.part, line);
    for (const listener of this.#listeners) listener(line);
  }

  get lines(): readonly HealthReport[] {
    return [...this.#lines.values()];
  }

  /** Calls at every change of a line. */
  onReport(listener: (line: HealthReport) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}
