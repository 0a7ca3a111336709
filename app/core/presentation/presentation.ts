import { overlap, type Box } from '../biometrics/face.ts';
import type { PoorQuality } from '../biometrics/quality.ts';
import { after, type Millis, type Monotonic } from '../kernel/units.ts';
import { assertNever } from '../kernel/assert.ts';
import { opensFor, type CameraMode, type Intent } from './cameraMode.ts';

export interface PresentationLimits {
  /** Usable frames that make a presentation. */
  readonly framesConsidered: number;
  /** From the first sight of a face to giving up. */
  readonly acquireMs: Millis;
  /** How long after a touch, a card or a pass somebody may still begin to be looked at; whoever comes and goes does not prolong it. */
  readonly lookMs: Millis;
  /** A face that is gone for this long is another presenter when it comes back. */
  readonly goneMs: Millis;
  /** After a decision the same presenter is not looked at again for this long, unless there is a touch. */
  readonly restMs: Millis;
  /** Least overlap of two boxes that are taken to be the same person. */
  readonly overlapMin: number;
}

/** What one frame showed of the one subject. */
export type Sight =
  | { readonly kind: 'nobody'; readonly why: 'empty' | 'outside-zone' | 'too-far' | 'several' }
  /** Seen where nothing is measured of anybody: see `wantsEvidence`. */
  | { readonly kind: 'seen'; readonly box: Box }
  | { readonly kind: 'poor'; readonly box: Box; readonly reason: PoorQuality }
  /** Usable, and its evidence was kept by whoever saw it. */
  | { readonly kind: 'usable'; readonly box: Box };

export type Presentation =
  /** The camera is closed. */
  | { readonly kind: 'closed' }
  /** The camera is open to look for the code of a pass, and at nobody. */
  | { readonly kind: 'reading'; readonly until: Monotonic }
  /** The camera is open and nobody is selected. `until`, here and below, in every mode but walk-up. */
  | { readonly kind: 'watching'; readonly until?: Monotonic }
  | {
      readonly kind: 'acquiring';
      readonly box: Box;
      readonly usable: number;
      readonly giveUpAt: Monotonic;
      readonly lastSeen: Monotonic;
      readonly until?: Monotonic;
    }
  /** Enough was seen; the decision is being made. No frame is taken in, and no cancel: `decided` follows whatever comes. */
  | { readonly kind: 'deciding' }
  /** The decision fell. The presenter is left in peace. */
  | { readonly kind: 'resting'; readonly lastSeen: Monotonic; readonly until: Monotonic };

export type PresentationInput =
  | { readonly kind: Intent; readonly at: Monotonic }
  /** The mode is another one than before: by schedule, or since more or fewer people are enrolled. */
  | { readonly kind: 'mode'; readonly at: Monotonic }
  | { readonly kind: 'cancel'; readonly at: Monotonic }
  | { readonly kind: 'sight'; readonly sight: Sight; readonly at: Monotonic }
  | { readonly kind: 'decided'; readonly at: Monotonic }
  | { readonly kind: 'time'; readonly at: Monotonic };

export type PresentationEffect =
  | { readonly kind: 'open-camera' }
  | { readonly kind: 'close-camera' }
  /** Overwrite every probe and score kept so far. */
  | { readonly kind: 'forget' }
  /** Decide on the evidence kept. */
  | { readonly kind: 'decide' }
  /** Nothing usable came in time. */
  | { readonly kind: 'gave-up' };

export type PresentationStep = readonly [state: Presentation, effects: readonly PresentationEffect[]];

const CLOSED: PresentationStep = [{ kind: 'closed' }, [{ kind: 'forget' }, { kind: 'close-camera' }]];
const LOOKED_LONG_ENOUGH: PresentationStep = [CLOSED[0], [...CLOSED[1], { kind: 'gave-up' }]];

/** Where a mode starts. */
export function presentationAtStart(mode: CameraMode): PresentationStep {
  return mode === 'walk-up' ? [{ kind: 'watching' }, [{ kind: 'open-camera' }]] : [{ kind: 'closed' }, []];
}

/** Is a usable frame worth its evidence now? Nothing is measured of anybody otherwise. */
export const wantsEvidence = (state: Presentation): boolean => state.kind === 'watching' || state.kind === 'acquiring';

/** One step of looking at whoever stands there. */
export function presentationStep(
  state: Presentation,
  input: PresentationInput,
  rules: { readonly mode: CameraMode; readonly limits: PresentationLimits },
): PresentationStep {
  switch (input.kind) {
    case 'touch':
    case 'claim':
      return opensFor(rules.mode, input.kind) ? onIntent(state, input.at, rules) : [state, []];
    case 'show-pass':
      return opensFor(rules.mode, input.kind) ? onShowPass(state, input.at, rules) : [state, []];
    case 'mode':
      return onMode(state, rules);
    case 'cancel':
      // Too late while deciding: the evidence is in use, and is forgotten with the decision.
      return state.kind === 'closed' || state.kind === 'deciding' ? [state, []] : atRest(rules, input.at);
    case 'sight':
      return onSight(state, input, rules);
    case 'decided':
      return state.kind === 'deciding' ? atRest(rules, input.at) : [uncounted(state), [{ kind: 'forget' }]];
    case 'time':
      return onTime(state, input.at, rules);
    default:
      return assertNever(input);
  }
}

/** Is a frame to be looked at for the code of a pass? No model runs on it then. */
export const wantsCodes = (state: Presentation): boolean => state.kind === 'reading';

/** When the presentation wants to be stepped with `time`, if ever. */
export function presentationDeadline(state: Presentation): Monotonic | undefined {
  switch (state.kind) {
    case 'watching':
    case 'reading':
      return state.until;
    case 'acquiring':
      return state.giveUpAt;
    case 'resting':
      return state.until;
    case 'closed':
    case 'deciding':
      return undefined;
    default:
      return assertNever(state);
  }
}

interface Rules {
  readonly mode: CameraMode;
  readonly limits: PresentationLimits;
}

/** After a decision or a cancel: walk-up rests with the camera open, every other mode closes it. */
function atRest({ mode, limits }: Rules, at: Monotonic): PresentationStep {
  if (mode !== 'walk-up') return CLOSED;
  return [{ kind: 'resting', lastSeen: at, until: after(at, limits.restMs) }, [{ kind: 'forget' }]];
}

/** Evidence that is forgotten is not counted any more either. */
const uncounted = (state: Presentation): Presentation => (state.kind === 'acquiring' ? { ...state, usable: 0 } : state);

function onIntent(state: Presentation, at: Monotonic, { mode, limits }: Rules): PresentationStep {
  const look = mode === 'walk-up' ? {} : { until: after(at, limits.lookMs) };
  switch (state.kind) {
    case 'closed':
      return [{ kind: 'watching', ...look }, [{ kind: 'open-camera' }]];
    case 'resting':
    case 'watching':
    case 'reading':
      return [{ kind: 'watching', ...look }, []];
    case 'acquiring':
      return [{ ...state, ...look }, []];
    case 'deciding':
      return [state, []];
    default:
      return assertNever(state);
  }
}

function onShowPass(state: Presentation, at: Monotonic, { limits }: Rules): PresentationStep {
  const reading: Presentation = { kind: 'reading', until: after(at, limits.lookMs) };
  switch (state.kind) {
    case 'closed':
      return [reading, [{ kind: 'open-camera' }]];
    case 'watching':
    case 'acquiring':
    case 'resting':
    case 'reading':
      return [reading, [{ kind: 'forget' }]];
    case 'deciding':
      return [state, []];
    default:
      return assertNever(state);
  }
}

/** The new mode begins where it would at a start: nobody is looked at on an intent that was shown to another. */
function onMode(state: Presentation, { mode }: Rules): PresentationStep {
  switch (state.kind) {
    case 'deciding':
      return [state, []];
    case 'closed':
      return presentationAtStart(mode);
    case 'watching':
    case 'reading':
    case 'acquiring':
    case 'resting':
      return mode === 'walk-up' ? [{ kind: 'watching' }, [{ kind: 'forget' }]] : CLOSED;
    default:
      return assertNever(state);
  }
}

function onSight(state: Presentation, input: { sight: Sight; at: Monotonic }, rules: Rules): PresentationStep {
  const { sight, at } = input;
  switch (state.kind) {
    case 'deciding':
      return [state, []];
    case 'closed':
    case 'reading':
      // Seen just before the camera was closed, or before a code was looked for: its evidence is nobody's.
      return [state, forgetIf(sight.kind === 'usable')];
    case 'resting':
      return whileResting(state, sight, at, rules.limits);
    case 'watching':
      if (state.until !== undefined && at >= state.until) return LOOKED_LONG_ENOUGH;
      return sight.kind === 'nobody' ? [state, []] : begin(sight, { at, until: state.until }, rules.limits);
    case 'acquiring':
      return whileAcquiring(state, sight, at, rules);
    default:
      return assertNever(state);
  }
}

type SeenSight = Exclude<Sight, { kind: 'nobody' }>;

function begin(
  sight: SeenSight,
  { at, until }: { at: Monotonic; until: Monotonic | undefined },
  limits: PresentationLimits,
): PresentationStep {
  const usable = sight.kind === 'usable' ? 1 : 0;
  if (usable >= limits.framesConsidered) return [{ kind: 'deciding' }, [{ kind: 'decide' }]];
  const giveUpAt = after(at, limits.acquireMs);
  return [{ kind: 'acquiring', box: sight.box, usable, giveUpAt, lastSeen: at, ...lookingUntil(until) }, []];
}

function whileAcquiring(
  state: Extract<Presentation, { kind: 'acquiring' }>,
  sight: Sight,
  at: Monotonic,
  rules: Rules,
): PresentationStep {
  if (sight.kind === 'nobody') {
    // Someone who came between, or a subject that is gone: what was seen before belongs to nobody any more.
    const gone = sight.why === 'several' || at >= after(state.lastSeen, rules.limits.goneMs);
    return gone ? watchAgain(state.until, at) : [state, []];
  }
  if (!(overlap(state.box, sight.box) >= rules.limits.overlapMin)) {
    // Another face: its evidence must not be averaged with the one before. The new frame's evidence goes as well.
    return watchAgain(state.until, at);
  }
  const usable = state.usable + (sight.kind === 'usable' ? 1 : 0);
  if (usable >= rules.limits.framesConsidered) return [{ kind: 'deciding' }, [{ kind: 'decide' }]];
  return [{ ...state, box: sight.box, usable, lastSeen: at }, []];
}

/** The look that a touch has bought goes on, and is not begun anew: passers-by must not keep the camera open. */
function watchAgain(until: Monotonic | undefined, at: Monotonic): PresentationStep {
  if (until !== undefined && at >= until) return LOOKED_LONG_ENOUGH;
  return [{ kind: 'watching', ...lookingUntil(until) }, [{ kind: 'forget' }]];
}

const lookingUntil = (until: Monotonic | undefined): { readonly until?: Monotonic } =>
  until === undefined ? {} : { until };

const forgetIf = (holds: boolean): readonly PresentationEffect[] => (holds ? [{ kind: 'forget' }] : []);

function whileResting(
  state: Extract<Presentation, { kind: 'resting' }>,
  sight: Sight,
  at: Monotonic,
  limits: PresentationLimits,
): PresentationStep {
  // Evidence of a frame that was in work when the decision fell.
  const stale = forgetIf(sight.kind === 'usable');
  if (sight.kind !== 'nobody') return [{ ...state, lastSeen: at }, stale];
  const left = at >= after(state.lastSeen, limits.goneMs);
  return [left ? { kind: 'watching' } : state, []];
}

function onTime(state: Presentation, at: Monotonic, rules: Rules): PresentationStep {
  const deadline = presentationDeadline(state);
  if (deadline === undefined || at < deadline) return [state, []];
  switch (state.kind) {
    case 'watching':
      return LOOKED_LONG_ENOUGH;
    case 'reading':
      return rules.mode === 'walk-up' ? [{ kind: 'watching' }, [{ kind: 'gave-up' }]] : LOOKED_LONG_ENOUGH;
    case 'acquiring': {
      const [next, effects] = atRest(rules, at);
      return [next, [...effects, { kind: 'gave-up' }]];
    }
    case 'resting':
      return [{ kind: 'watching' }, []];
    case 'closed':
    case 'deciding':
      return [state, []];
    default:
      return assertNever(state);
  }
}
