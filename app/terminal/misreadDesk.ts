import { misreadStep, NO_MISREADS, type Misreads, type MisreadStep } from '#core/access/misreads.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CardReader } from '#core/ports/hardware.ts';
import type { Health } from '#core/ports/health.ts';
import { Deadline } from './deadline.ts';
import type { Recorder } from './recorder.ts';

export interface MisreadDeskParts {
  readonly accessPoint: AccessPointId;
  readonly reader: CardReader;
  readonly clock: Clock;
  readonly health: Health;
  readonly recorder: Recorder;
}

/** What was held before a reader and is no card that counts: the person tries again, and an auditor sees how often. */
export class MisreadDesk implements Disposable {
  readonly #parts: MisreadDeskParts;
  readonly #wiring: readonly Disposable[];
  readonly #deadline: Deadline;
  #misreads: Misreads = NO_MISREADS;
  #warned = false;

  constructor(parts: MisreadDeskParts) {
    this.#parts = parts;
    const { reader, clock } = parts;
    this.#deadline = new Deadline(clock);
    this.#wiring = [
      reader.onMisread((why, reason) => {
        reader.signal('try-again');
        this.#warned = true;
        this.#report('warning', `no card that counts: ${why}`);
        this.#take(misreadStep(this.#misreads, { kind: 'misread', reason, at: clock.monotonic() }));
      }),
      reader.onCard(() => {
        if (this.#warned) this.#report('ok', 'read again since one that did not count');
        this.#warned = false;
      }),
    ];
  }

  [Symbol.dispose](): void {
    for (const wire of this.#wiring) wire[Symbol.dispose]();
    this.#take(misreadStep(this.#misreads, { kind: 'end' }));
  }

  #take([misreads, told]: MisreadStep): void {
    const { accessPoint, recorder, clock } = this.#parts;
    this.#misreads = misreads;
    for (const { reason, times } of told) recorder.record({ kind: 'card-misread', accessPoint, reason, times });
    this.#deadline.at(misreads.until, () =>
      this.#take(misreadStep(this.#misreads, { kind: 'time', at: clock.monotonic() })),
    );
  }

  #report(level: 'ok' | 'warning', says: string): void {
    this.#parts.health.report({ part: `cards at ${this.#parts.accessPoint}`, level, says });
  }
}
