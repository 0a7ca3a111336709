import type { Face, MeasuredFace } from '../biometrics/face.ts';
import type { PadScore } from '../biometrics/pad.ts';
import type { Probe } from '../biometrics/probe.ts';
import type { Frame } from './camera.ts';

/** What a notice must name of a model. [S0 1.1] */
export interface ModelIdentity {
  readonly task: string;
  readonly file: string;
  readonly sha256: string;
}

/**
 * Numbers out, no policy. A frame must stay leased until the promise settles. Every call overwrites its own working
 * buffers before it settles, also when it throws.
 * @throws Fault `model` where the engine is gone or does not answer within its limit.
 */
export interface FaceEngine {
  readonly models: readonly ModelIdentity[];
  /** Identifies the template format: templates of another one cannot be compared. */
  readonly templateFormat: string;
  detect(frame: Frame): Promise<readonly Face[]>;
  measure(frame: Frame, face: Face): Promise<MeasuredFace>;
  measurePad(frame: Frame, face: Face): Promise<PadScore>;
  extract(frame: Frame, face: MeasuredFace): Promise<Probe>;
  close(): Promise<void>;
}
