import { Listeners } from '#core/kernel/listeners.ts';
import type { Health, HealthReport } from '#core/ports/health.ts';

/** The health page: the newest line of every part. */
export class HealthBoard implements Health {
  readonly #lines = new Map<string, HealthReport>();
  readonly #listeners = new Listeners<[line: HealthReport]>();

  report(line: HealthReport): void {
    const known = this.#lines.get(line.part);
    if (known?.level === line.level && known.says === line.says) return;
    this.#lines.set(line.part, line);
    this.#listeners.tell(line);
  }

  get lines(): readonly HealthReport[] {
    return [...this.#lines.values()];
  }

  /** Calls at every change of a line. */
  onReport(listener: (line: HealthReport) => void): Disposable {
    return this.#listeners.add(listener);
  }
}
