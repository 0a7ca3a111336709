import type { Box } from '#core/biometrics/face.ts';
import { after, millis, monotonic, type Millis } from '#core/kernel/units.ts';
import type { CameraMode } from '#core/presentation/cameraMode.ts';
import {
  presentationAtStart,
  presentationDeadline,
  presentationStep,
  wantsEvidence,
  type Presentation,
  type PresentationEffect,
  type PresentationInput,
  type PresentationLimits,
  type PresentationStep,
} from '#core/presentation/presentation.ts';

export const LIMITS: PresentationLimits = {
  framesConsidered: 3,
  acquireMs: millis(4_000),
  lookMs: millis(8_000),
  goneMs: millis(700),
  restMs: millis(3_000),
  overlapMin: 0.3,
};

export type Person = 'anna' | 'bo';

/** Two people stand so far apart that their boxes never touch. */
export const boxOf = (person: Person): Box => ({ x: person === 'anna' ? 0 : 1_000, y: 50, width: 120, height: 150 });

export type WorldInput =
  | { readonly kind: 'touch' | 'show-pass' | 'claim' | 'cancel' | 'decided' | 'time' }
  | { readonly kind: 'mode'; readonly to: CameraMode }
  | { readonly kind: 'nobody'; readonly why: 'empty' | 'outside-zone' | 'too-far' | 'several' }
  /** `late`: its evidence was already being gathered when a touch, a cancel or the time changed the state. */
  | { readonly kind: 'face'; readonly person: Person; readonly usable: boolean; readonly late: boolean };

/** One access point's camera and the evidence kept, in a time that is moved by hand. */
export class PresentationWorld {
  mode: CameraMode;
  readonly limits: PresentationLimits;
  now = monotonic(1_000);
  state: Presentation;
  cameraOpen = false;
  /** Whose evidence is kept. */
  evidence: Person[] = [];
  /** What every decision asked for was based on. */
  readonly decisions: (readonly Person[])[] = [];
  readonly effects: PresentationEffect['kind'][] = [];

  constructor(mode: CameraMode, limits: PresentationLimits = LIMITS) {
    this.mode = mode;
    this.limits = limits;
    const start = presentationAtStart(mode);
    this.state = start[0];
    this.#take(start);
  }

  happen(input: WorldInput): this {
    if (input.kind === 'mode') {
      this.mode = input.to;
      return this.#step({ kind: 'mode', at: this.now });
    }
    if (input.kind === 'nobody') return this.#step({ kind: 'sight', sight: input, at: this.now });
    if (input.kind !== 'face') return this.#step({ kind: input.kind, at: this.now });
    const box = boxOf(input.person);
    // No frame comes from a closed camera, but the last one may still be in work.
    if (!this.cameraOpen && !input.late) return this;
    const measured = wantsEvidence(this.state) || (input.late && this.state.kind !== 'deciding');
    if (!measured) return this.#step({ kind: 'sight', sight: { kind: 'seen', box }, at: this.now });
    if (!input.usable)
      return this.#step({ kind: 'sight', sight: { kind: 'poor', box, reason: 'hold-still' }, at: this.now });
    this.evidence.push(input.person);
    return this.#step({ kind: 'sight', sight: { kind: 'usable', box }, at: this.now });
  }

  advance(ms: number): this {
    const end = after(this.now, millis(ms));
    for (;;) {
      const deadline = presentationDeadline(this.state);
      if (deadline === undefined || deadline > end) break;
      this.now = deadline > this.now ? deadline : this.now;
      const before = this.state;
      this.happen({ kind: 'time' });
      if (this.state === before) throw new Error('a deadline that was met comes back');
    }
    this.now = end;
    return this;
  }

  #step(input: PresentationInput): this {
    this.#take(presentationStep(this.state, input, { mode: this.mode, limits: this.limits }));
    return this;
  }

  #take([state, effects]: PresentationStep): void {
    this.state = state;
    for (const { kind } of effects) {
      this.effects.push(kind);
      if (kind === 'open-camera' || kind === 'close-camera') {
        const opens = kind === 'open-camera';
        if (this.cameraOpen === opens) throw new Error(`${kind} while the camera is so already`);
        this.cameraOpen = opens;
      }
      if (kind === 'forget') this.evidence = [];
      if (kind === 'decide') this.decisions.push([...this.evidence]);
    }
  }
}

/** The longest that one touch may keep a camera open while nothing is being decided. */
export const lookMax = (limits: PresentationLimits): Millis => millis(limits.lookMs + limits.acquireMs);
