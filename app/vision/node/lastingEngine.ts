import type { Face, MeasuredFace } from '#core/biometrics/face.ts';
import type { PadScore } from '#core/biometrics/pad.ts';
import type { Probe } from '#core/biometrics/probe.ts';
import { messageOf, type Fault } from '#core/kernel/fault.ts';
import { after, millis, type Millis } from '#core/kernel/units.ts';
import type { Frame } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CodeReader, SeenCode } from '#core/ports/codeReader.ts';
import type { FaceEngine, ModelIdentity } from '#core/ports/engine.ts';
import type { Health } from '#core/ports/health.ts';
import type { VisionWorker } from './visionWorker.ts';

/** First and longest wait before a thread that was lost is followed by another. */
export const ENGINE_RETRY_MS_FIRST = millis(1_000);
export const ENGINE_RETRY_MS_MAX = millis(60_000);
const PART = 'face models';

export interface LastingEngineParts {
  readonly start: () => Promise<VisionWorker>;
  readonly clock: Clock;
  readonly health: Health;
}

/**
 * The engine, over as many threads as it takes: one that is lost (it was late, or ran out of memory) is followed by another,
 * after growing delays. Meanwhile every call fails, faces and codes are no way in, and nothing else of the gate notices.
 */
export class LastingEngine implements FaceEngine, CodeReader {
  readonly models: readonly ModelIdentity[];
  readonly templateFormat: string;
  readonly freedMemory: VisionWorker['freedMemory'];
  readonly #parts: LastingEngineParts;
  #worker: VisionWorker;
  #retry: Disposable | undefined;
  #retryMs: Millis = ENGINE_RETRY_MS_FIRST;
  #starting: Promise<void> | undefined;
  #isOpen = true;

  private constructor(parts: LastingEngineParts, first: VisionWorker) {
    this.#parts = parts;
    this.models = first.models;
    this.templateFormat = first.templateFormat;
    this.freedMemory = first.freedMemory;
    this.#worker = first;
    this.#watch(first);
  }

  /** @throws Fault `model` where the first thread does not start: the models are missing, wrong or of another shape */
  static async start(parts: LastingEngineParts): Promise<LastingEngine> {
    return new LastingEngine(parts, await parts.start());
  }

  detect(frame: Frame): Promise<readonly Face[]> {
    return this.#answered(this.#worker.detect(frame));
  }

  measure(frame: Frame, face: Face): Promise<MeasuredFace> {
    return this.#answered(this.#worker.measure(frame, face));
  }

  measurePad(frame: Frame, face: Face): Promise<PadScore> {
    return this.#answered(this.#worker.measurePad(frame, face));
  }

  extract(frame: Frame, face: MeasuredFace): Promise<Probe> {
    return this.#answered(this.#worker.extract(frame, face));
  }

  readCode(frame: Frame): Promise<SeenCode | undefined> {
    return this.#answered(this.#worker.readCode(frame));
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#retry?.[Symbol.dispose]();
    await this.#starting;
    await this.#worker.close();
  }

  async #answered<Answer>(call: Promise<Answer>): Promise<Answer> {
    const answer = await call;
    this.#retryMs = ENGINE_RETRY_MS_FIRST;
    return answer;
  }

  #watch(worker: VisionWorker): void {
    void worker.closed.then((fault: Fault | undefined) => {
      if (fault !== undefined && this.#isOpen) this.#lost(fault);
    });
  }

  #lost(why: unknown): void {
    const { clock, health } = this.#parts;
    const waitMs = this.#retryMs;
    this.#retryMs = millis(Math.min(waitMs * 2, ENGINE_RETRY_MS_MAX));
    health.report({ part: PART, level: 'failed', says: `${messageOf(why)}; started anew in ${waitMs / 1_000} s` });
    this.#retry = clock.at(after(clock.monotonic(), waitMs), () => {
      this.#starting = this.#again();
    });
  }

  async #again(): Promise<void> {
    try {
      this.#worker = await this.#parts.start();
    } catch (thrown) {
      if (this.#isOpen) this.#lost(thrown);
      return;
    }
    this.#watch(this.#worker);
    this.#parts.health.report({ part: PART, level: 'ok', says: 'run again' });
  }
}
