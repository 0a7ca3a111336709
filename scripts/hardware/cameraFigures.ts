import { Fault } from '#core/kernel/fault.ts';
import type { ShimFrame } from '#drivers/camera/shim/structs.ts';
import { percentile, rounded } from '../bench/statistics.ts';
import { result, type Result } from '../report.ts';

/** Frames that are late by more than this share of a period are worth a look. */
const RATE_MISSED = 0.1;
/** Of the newest frames whose latency is reported: a picture may be shown for hours. */
const LATENCIES_MAX = 3_600;
/** Of the newest frames by which the rate of the moment is told. */
const RECENT_MAX = 30;

/** How a camera does at this moment. */
export interface Moment {
  /** Frames a second by the sensor's clock; undefined before the second frame. */
  readonly rate: number | undefined;
  /** From sensor to program. */
  readonly latencyMs: number;
  readonly dropped: number;
  readonly exposureMicros: number | undefined;
}

/** Rate, age of the frames when they are here, and frames that came and were replaced or never came. */
export class CameraFigures {
  readonly #latencies: number[] = [];
  readonly #recent: ShimFrame[] = [];
  #first: ShimFrame | undefined;
  #last: ShimFrame | undefined;
  #count = 0;

  add(frame: ShimFrame): void {
    this.#first ??= frame;
    this.#last = frame;
    this.#latencies[this.#count % LATENCIES_MAX] = frame.sensorAgeMs;
    this.#recent.push(frame);
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
    this.#count++;
  }

  /** Undefined before the first frame. */
  get moment(): Moment | undefined {
    const [oldest, last] = [this.#recent[0], this.#last];
    if (oldest === undefined || last === undefined) return undefined;
    const seconds = secondsBetween(oldest, last);
    return {
      rate: seconds > 0 ? (this.#recent.length - 1) / seconds : undefined,
      latencyMs: last.sensorAgeMs,
      dropped: this.#made - this.#count,
      exposureMicros: last.exposureMicros,
    };
  }

  /** @throws Fault `camera` where there is too little to say. */
  results(camera: string, demanded: number): readonly Result[] {
    const [first, last] = [this.#first, this.#last];
    if (first === undefined || last === undefined || this.#count < 2) {
      const found = `${this.#count} frames`;
      throw new Fault('camera', { thing: camera, found, expected: 'some; give it more --seconds, with --no-show' });
    }
    const seconds = secondsBetween(first, last);
    const rate = (this.#count - 1) / seconds;
    return [
      result('camera.rate', {
        ok: rate > demanded * (1 - RATE_MISSED),
        value: rounded(rate, 1),
        unit: 'frames a second',
        limit: demanded,
        note: `${this.#count} frames in ${rounded(seconds, 1)} s by the sensor's clock`,
      }),
      result('camera.latency_p50_ms', { value: this.#latency(0.5), unit: 'ms', note: 'sensor to program' }),
      result('camera.latency_p95_ms', { value: this.#latency(0.95), unit: 'ms' }),
      result('camera.dropped', {
        value: this.#made - this.#count,
        unit: 'frames',
        note: `of ${this.#made} that the device made`,
      }),
    ];
  }

  get #made(): number {
    return this.#first === undefined || this.#last === undefined ? 0 : this.#last.sequence - this.#first.sequence + 1;
  }

  #latency(share: number): number {
    return rounded(percentile(this.#latencies, share), 1);
  }
}

const secondsBetween = (first: ShimFrame, last: ShimFrame): number =>
  Number(last.sensorNanos - first.sensorNanos) / 1e9;
