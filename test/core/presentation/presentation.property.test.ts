import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millis } from '#core/kernel/units.ts';
import type { CameraMode } from '#core/presentation/cameraMode.ts';
import { wantsCodes, wantsEvidence } from '#core/presentation/presentation.ts';
import { LIMITS, lookMax, PresentationWorld, type Person, type WorldInput } from './presentationWorld.ts';

const RUNS = { numRuns: 2_000 };
const cameraModes = fc.constantFrom<CameraMode>(
  'walk-up',
  'tap-to-look',
  'card-then-face',
  'pass-then-face',
  'no-face',
);
const people = fc.constantFrom<Person>('anna', 'bo');
const whys = fc.constantFrom('empty' as const, 'outside-zone' as const, 'too-far' as const, 'several' as const);

const inputs: fc.Arbitrary<WorldInput> = fc.oneof(
  fc.record({ kind: fc.constantFrom('touch' as const, 'claim' as const, 'touch' as const, 'show-pass' as const) }),
  fc.record({ kind: fc.constantFrom('cancel' as const, 'decided' as const, 'time' as const) }),
  fc.record({ kind: fc.constant('nobody' as const), why: whys }),
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('face' as const),
      person: people,
      usable: fc.boolean(),
      late: fc.boolean(),
    }),
  },
);

/** Modes change by schedule, and with how many people are enrolled. */
const changing: fc.Arbitrary<WorldInput> = fc.oneof(
  { weight: 5, arbitrary: inputs },
  fc.record({ kind: fc.constant('mode' as const), to: cameraModes }),
);

const histories = fc.record({
  mode: cameraModes,
  framesConsidered: fc.integer({ min: 1, max: 5 }),
  events: fc.array(
    fc.record({
      wait: fc.oneof(fc.constantFrom(0, 100, 700, 3_000, 8_000), fc.integer({ min: 0, max: 9_000 })),
      input: changing,
    }),
    { maxLength: 60 },
  ),
});
type History = typeof histories extends fc.Arbitrary<infer T> ? T : never;

function live(history: History, check: (world: PresentationWorld, input: WorldInput) => void): PresentationWorld {
  const world = new PresentationWorld(history.mode, { ...LIMITS, framesConsidered: history.framesConsidered });
  for (const { wait, input } of history.events) {
    world.advance(wait);
    world.happen(input);
    check(world, input);
  }
  return world;
}

describe('looking at whoever stands there, whatever happens', () => {
  it('opens and closes the camera in turn, and knows which it is', () => {
    fc.assert(
      fc.property(histories, (history) => {
        // The world throws where an open camera is opened or a closed one closed.
        live(history, (world) => expect(world.cameraOpen).toBe(world.state.kind !== 'closed'));
      }),
      RUNS,
    );
  });

  it('has the camera open in all modes but walk-up only after intent, and for no longer than one look and one presentation', () => {
    const shows: Readonly<Record<CameraMode, readonly WorldInput['kind'][]>> = {
      'walk-up': [],
      'tap-to-look': ['touch', 'show-pass', 'claim'],
      'card-then-face': ['show-pass', 'claim'],
      'pass-then-face': ['show-pass', 'claim'],
      'no-face': [],
    };
    let looks = 0;
    fc.assert(
      fc.property(histories, (history) => {
        let intentAt = -Infinity;
        live(history, (world, input) => {
          if (shows[world.mode].includes(input.kind)) intentAt = world.now;
          // What was shown in the mode before opens nothing in this one.
          if (input.kind === 'mode') intentAt = -Infinity;
          if (world.mode === 'walk-up' || world.state.kind === 'deciding' || !world.cameraOpen) return;
          looks++;
          expect(world.now - intentAt).toBeLessThanOrEqual(lookMax(world.limits));
        });
      }),
      RUNS,
    );
    expect(looks, 'the property saw open cameras').toBeGreaterThan(200);
  });

  it('measures nobody while it looks for the code of a pass', () => {
    let reading = 0;
    fc.assert(
      fc.property(histories, (history) => {
        live(history, ({ state, evidence }) => {
          expect(wantsCodes(state)).toBe(state.kind === 'reading');
          if (!wantsCodes(state)) return;
          reading++;
          expect(wantsEvidence(state)).toBe(false);
          expect(evidence).toEqual([]);
        });
      }),
      RUNS,
    );
    expect(reading, 'the property saw codes looked for').toBeGreaterThan(100);
  });

  it('counts exactly the evidence that is kept, never more than is considered, and keeps none at rest', () => {
    fc.assert(
      fc.property(histories, (history) => {
        live(history, (world) => {
          const { state, evidence } = world;
          const expected =
            state.kind === 'acquiring' ? state.usable : state.kind === 'deciding' ? history.framesConsidered : 0;
          expect(evidence).toHaveLength(expected);
          expect(evidence.length).toBeLessThanOrEqual(history.framesConsidered);
        });
      }),
      RUNS,
    );
  });

  it('never holds evidence of two people together', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = live(history, ({ evidence }) => expect(new Set(evidence).size).toBeLessThanOrEqual(1));
        for (const decision of world.decisions) expect(new Set(decision).size).toBe(1);
      }),
      RUNS,
    );
  });

  it('asks for one decision a presentation, on all the frames considered', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let deciding = false;
        let asked = 0;
        const world = live(history, ({ decisions, state }, input) => {
          const askedNow = decisions.length - asked;
          asked = decisions.length;
          if (askedNow > 0) expect([deciding, askedNow, state.kind]).toEqual([false, 1, 'deciding']);
          if (deciding && input.kind !== 'decided') expect(state.kind).toBe('deciding');
          deciding = state.kind === 'deciding';
        });
        for (const decision of world.decisions) expect(decision).toHaveLength(history.framesConsidered);
      }),
      RUNS,
    );
  });

  it('forgets everything with every decision, and with every cancel that is in time', () => {
    fc.assert(
      fc.property(histories, (history) => {
        live(history, (world, input) => {
          if (input.kind === 'decided') expect(world.evidence).toEqual([]);
          if (input.kind === 'cancel' && world.state.kind !== 'deciding') expect(world.evidence).toEqual([]);
        });
      }),
      RUNS,
    );
  });

  it('gives up in time: nobody is acquired for longer than allowed', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let since: number | undefined;
        live(history, (world) => {
          if (world.state.kind !== 'acquiring') since = undefined;
          else {
            since ??= world.now;
            expect(world.state.giveUpAt).toBeGreaterThan(world.now);
            expect(world.state.giveUpAt).toBeLessThanOrEqual(world.now + LIMITS.acquireMs);
          }
        });
      }),
      RUNS,
    );
  });

  it('comes to rest by itself: closed, or watching with nothing kept', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = live(history, () => undefined);
        if (world.state.kind === 'deciding') world.happen({ kind: 'decided' });
        world.advance(millis(60_000));
        expect(world.state).toEqual({ kind: world.mode === 'walk-up' ? 'watching' : 'closed' });
        expect(world.evidence).toEqual([]);
      }),
      RUNS,
    );
  });

  it('wants no evidence while the camera is closed, a decision falls or the presenter is left in peace', () => {
    fc.assert(
      fc.property(histories, (history) => {
        live(history, ({ state }) => {
          expect(wantsEvidence(state)).toBe(state.kind === 'watching' || state.kind === 'acquiring');
        });
      }),
      RUNS,
    );
  });
});
