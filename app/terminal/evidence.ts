import type { PadScore } from '#core/biometrics/pad.ts';
import type { Probe } from '#core/biometrics/probe.ts';

/** What one presentation has shown so far. Disposing of it overwrites every probe. */
export class Evidence implements Disposable {
  readonly scores: PadScore[] = [];
  readonly probes: Probe[] = [];

  [Symbol.dispose](): void {
    for (const probe of this.probes.splice(0)) probe[Symbol.dispose]();
    this.scores.length = 0;
  }
}
