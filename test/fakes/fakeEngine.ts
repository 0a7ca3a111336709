import type { Face, FivePoints, MeasuredFace } from '#core/biometrics/face.ts';
import type { PadScore } from '#core/biometrics/pad.ts';
import { FEATURE_LENGTH, Probe } from '#core/biometrics/probe.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Frame } from '#core/ports/camera.ts';
import { CODE_BYTES_MAX, type CodeReader, type SeenCode } from '#core/ports/codeReader.ts';
import type { FaceEngine, ModelIdentity } from '#core/ports/engine.ts';

/** Somebody, or something, that a fake engine can see. */
export interface FakeFace {
  readonly box: Face['box'];
  readonly score: number;
  /** Faces with the same number are of the same person; others have nothing in common. */
  readonly person: number;
  /** What PAD makes of it, 0..1. */
  readonly live: number;
  readonly pose: MeasuredFace['pose'];
  readonly sharpness: number;
  readonly exposure: MeasuredFace['exposure'];
}

/** A face that stands well and lives; say what differs. */
export const fakeFace = (differs: Partial<FakeFace> = {}): FakeFace => ({
  box: { x: 220, y: 140, width: 200, height: 240 },
  score: 0.99,
  person: 1,
  live: 0.99,
  pose: { yaw: 0, pitch: 0, roll: 0 },
  sharpness: 200,
  exposure: { mean: 120, clippedShare: 0 },
  ...differs,
});

/** The calls that may be held. */
type Call = keyof FakeEngine['answered'] | 'readCode';

/**
 * Sees in a frame whatever was said about its marker, the first byte of its pixels: so a frame that was overwritten
 * shows nobody. Answers come in order; calls may be held, or made to fail.
 */
export class FakeEngine implements FaceEngine, CodeReader {
  readonly models: readonly ModelIdentity[] = [{ task: 'feature', file: 'fake.onnx', sha256: '0'.repeat(64) }];
  readonly templateFormat = 'fake/512';
  /** How often each call was answered. */
  readonly answered = { detect: 0, measure: 0, measurePad: 0, extract: 0 };
  /** How often a code was looked for. */
  codeLooks = 0;
  /** What was handed out of codes: whoever reads it overwrites it. */
  readonly codesRead: Uint8Array[] = [];
  readonly #codes = new Map<number, string>();
  readonly #scenes = new Map<number, readonly FakeFace[]>();
  #last: Promise<unknown> = Promise.resolve();
  #failure: Fault | undefined;
  #held: (PromiseWithResolvers<void> & { readonly only: Call | undefined }) | undefined;
  #isOpen = true;

  /** From now on frames that begin with `marker` (1..255) show these faces. */
  show(marker: number, faces: readonly FakeFace[]): void {
    this.#scenes.set(marker, faces);
  }

  /** From now on frames that begin with `marker` show a code with this text, in ASCII. */
  showCode(marker: number, text: string): void {
    this.#codes.set(marker, text);
  }

  /** Every further call throws this; `undefined` mends the engine. */
  fail(failure: Fault | undefined): void {
    this.#failure = failure;
  }

  /** Calls, or those of one kind only, wait from now on until `letGo`. */
  hold(only?: Call): void {
    this.#held ??= { ...Promise.withResolvers<void>(), only };
  }

  letGo(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  detect(frame: Frame): Promise<readonly Face[]> {
    return this.#inTurn('detect', () => this.#seen(frame).map(({ box, score }) => ({ box, score })));
  }

  measure(frame: Frame, face: Face): Promise<MeasuredFace> {
    return this.#inTurn('measure', () => {
      const { pose, sharpness, exposure } = this.#find(frame, face);
      return { box: face.box, score: face.score, points: pointsIn(face.box), pose, sharpness, exposure };
    });
  }

  measurePad(frame: Frame, face: Face): Promise<PadScore> {
    return this.#inTurn('measurePad', () => ({ live: this.#find(frame, face).live }));
  }

  extract(frame: Frame, face: MeasuredFace): Promise<Probe> {
    return this.#inTurn('extract', () => new Probe(featuresOf(this.#find(frame, face).person)));
  }

  readCode(frame: Frame): Promise<SeenCode | undefined> {
    return this.#inTurn('readCode', () => {
      this.codeLooks++;
      const text = this.#codes.get(frame.pixels[0]!);
      if (text === undefined) return undefined;
      if (text.length > CODE_BYTES_MAX) return { kind: 'unusable' };
      const bytes = Uint8Array.from(Buffer.from(text, 'latin1'));
      this.codesRead.push(bytes);
      return { kind: 'text', bytes };
    });
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#last;
  }

  #seen(frame: Frame): readonly FakeFace[] {
    return this.#scenes.get(frame.pixels[0]!) ?? [];
  }

  #find(frame: Frame, { box }: Face): FakeFace {
    const face = this.#seen(frame).find((one) => one.box.x === box.x && one.box.y === box.y);
    if (face !== undefined) return face;
    throw new Fault('model', {
      thing: 'fake engine',
      found: 'a face that this frame does not show',
      expected: 'one it shows',
    });
  }

  async #inTurn<Answer>(call: Call, work: () => Answer): Promise<Answer> {
    if (!this.#isOpen) {
      throw new Fault('model', {
        thing: 'fake engine',
        found: 'a call after close',
        expected: 'an engine that is open',
      });
    }
    const before = this.#last;
    const mine = before.then(() => this.#letGo(call)).then(() => this.#answer(call, work));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  #letGo(call: Call): Promise<void> | undefined {
    return this.#held === undefined || (this.#held.only ?? call) !== call ? undefined : this.#held.promise;
  }

  #answer<Answer>(call: Call, work: () => Answer): Answer {
    if (this.#failure !== undefined) throw this.#failure;
    const answer = work();
    if (call !== 'readCode') this.answered[call]++;
    return answer;
  }
}

/** The features of a made-up person, the same every time and at right angles to everybody else's. */
export function featuresOf(person: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(FEATURE_LENGTH);
  values[person % FEATURE_LENGTH] = 1;
  return values;
}

function pointsIn({ x, y, width, height }: Face['box']): FivePoints {
  const at = (across: number, down: number) => ({ x: x + across * width, y: y + down * height });
  return [at(0.3, 0.4), at(0.7, 0.4), at(0.5, 0.6), at(0.35, 0.8), at(0.65, 0.8)];
}
