import { describe, expect, it } from 'vitest';
import { millis, monotonic } from '#core/kernel/units.ts';
import { presentationStep } from '#core/presentation/presentation.ts';
import { boxOf, LIMITS, PresentationWorld, type Person, type WorldInput } from './presentationWorld.ts';

const usable = (person: Person): WorldInput => ({ kind: 'face', person, usable: true, late: false });
const poor = (person: Person): WorldInput => ({ kind: 'face', person, usable: false, late: false });
const late = (person: Person): WorldInput => ({ kind: 'face', person, usable: true, late: true });
const empty: WorldInput = { kind: 'nobody', why: 'empty' };
const several: WorldInput = { kind: 'nobody', why: 'several' };

describe('tap-to-look', () => {
  it('has the camera closed until somebody touches, and closes it when the decision has fallen', () => {
    const world = new PresentationWorld('tap-to-look');
    expect(world.cameraOpen).toBe(false);
    world.happen({ kind: 'touch' });
    expect(world.cameraOpen).toBe(true);
    for (let frame = 0; frame < 3; frame++) world.advance(100).happen(usable('anna'));
    expect(world.decisions).toEqual([['anna', 'anna', 'anna']]);
    expect(world.cameraOpen).toBe(true);
    world.happen({ kind: 'decided' });
    expect(world.cameraOpen).toBe(false);
    expect(world.evidence).toEqual([]);
  });

  it('gives up when nobody comes', () => {
    const world = new PresentationWorld('tap-to-look').happen({ kind: 'touch' }).advance(LIMITS.lookMs - 1);
    expect(world.cameraOpen).toBe(true);
    world.advance(1);
    expect(world.cameraOpen).toBe(false);
    expect(world.effects.at(-1)).toBe('gave-up');
  });

  it('begins nothing when its time is over, also where the step of time comes late', () => {
    const looking = { kind: 'watching', until: monotonic(100) } as const;
    const sight = { kind: 'usable', box: boxOf('anna') } as const;
    const rules = { mode: 'tap-to-look', limits: LIMITS } as const;
    expect(presentationStep(looking, { kind: 'sight', sight, at: monotonic(99) }, rules)[0].kind).toBe('acquiring');
    expect(presentationStep(looking, { kind: 'sight', sight, at: monotonic(100) }, rules)).toEqual([
      { kind: 'closed' },
      [{ kind: 'forget' }, { kind: 'close-camera' }, { kind: 'gave-up' }],
    ]);
  });

  it('is not kept open by people who come and go', () => {
    const world = new PresentationWorld('tap-to-look').happen({ kind: 'touch' });
    for (let pass = 0; pass < 200; pass++) world.advance(100).happen(usable(pass % 2 === 0 ? 'anna' : 'bo'));
    expect(world.cameraOpen).toBe(false);
    expect(world.decisions).toEqual([]);
  });

  it('looks for longer after another touch', () => {
    const world = new PresentationWorld('tap-to-look')
      .happen({ kind: 'touch' })
      .advance(7_000)
      .happen({ kind: 'touch' });
    world.advance(7_000);
    expect(world.cameraOpen).toBe(true);
  });

  it('closes the camera with a cancel', () => {
    const world = new PresentationWorld('tap-to-look').happen({ kind: 'touch' }).happen(usable('anna'));
    world.happen({ kind: 'cancel' });
    expect(world.cameraOpen).toBe(false);
    expect(world.evidence).toEqual([]);
    world.happen({ kind: 'cancel' });
    expect(world.effects.filter((effect) => effect === 'close-camera')).toHaveLength(1);
  });

  it('keeps nothing of a frame that was in work when the camera closed', () => {
    const world = new PresentationWorld('tap-to-look').happen({ kind: 'touch' }).happen({ kind: 'cancel' });
    world.happen(late('anna'));
    expect(world.evidence).toEqual([]);
  });
});

describe('card-then-face and pass-then-face', () => {
  it.each(['card-then-face', 'pass-then-face'] as const)('%s: no touch opens the camera, and a claim does', (mode) => {
    const world = new PresentationWorld(mode).happen({ kind: 'touch' });
    expect(world.cameraOpen).toBe(false);
    world.happen({ kind: 'claim' });
    expect(world.cameraOpen).toBe(true);
    for (let frame = 0; frame < 3; frame++) world.advance(100).happen(usable('anna'));
    expect(world.decisions).toHaveLength(1);
    expect(world.happen({ kind: 'decided' }).cameraOpen).toBe(false);
  });

  it('look for the code of a pass on a touch of "show a pass" alone, and at nobody meanwhile', () => {
    expect(new PresentationWorld('card-then-face').happen({ kind: 'show-pass' }).state.kind).toBe('reading');
    const world = new PresentationWorld('pass-then-face').happen({ kind: 'show-pass' });
    expect(world.state.kind).toBe('reading');
    for (let frame = 0; frame < 5; frame++) world.advance(100).happen(usable('anna'));
    expect([world.decisions, world.evidence]).toEqual([[], []]);
    world.happen({ kind: 'claim' });
    expect(world.state.kind).toBe('watching');
    for (let frame = 0; frame < 3; frame++) world.advance(100).happen(usable('anna'));
    expect(world.decisions).toHaveLength(1);
  });

  it('close the camera where no pass comes', () => {
    const world = new PresentationWorld('pass-then-face').happen({ kind: 'show-pass' }).advance(LIMITS.lookMs);
    expect(world.cameraOpen).toBe(false);
    expect(world.effects.at(-1)).toBe('gave-up');
    const walkUp = new PresentationWorld('walk-up').happen({ kind: 'show-pass' }).advance(LIMITS.lookMs);
    expect(walkUp.state).toEqual({ kind: 'watching' });
  });
});

describe('no-face', () => {
  it('opens the camera for nothing', () => {
    const world = new PresentationWorld('no-face');
    for (const kind of ['touch', 'show-pass', 'claim'] as const) world.happen({ kind });
    expect(world.cameraOpen).toBe(false);
  });
});

describe('a mode that begins by schedule', () => {
  it('opens the camera for walk-up and closes it for every other, with what was seen', () => {
    const world = new PresentationWorld('tap-to-look').happen({ kind: 'mode', to: 'walk-up' });
    expect(world.cameraOpen).toBe(true);
    world.happen(usable('anna')).happen({ kind: 'mode', to: 'card-then-face' });
    expect([world.cameraOpen, world.evidence]).toEqual([false, []]);
  });

  it('leaves a decision that is falling alone, and rests as itself after it', () => {
    const world = new PresentationWorld('walk-up', { ...LIMITS, framesConsidered: 1 }).happen(usable('anna'));
    world.happen({ kind: 'mode', to: 'no-face' });
    expect(world.state).toEqual({ kind: 'deciding' });
    expect(world.happen({ kind: 'decided' }).cameraOpen).toBe(false);
  });
});

describe('walk-up', () => {
  it('decides on whoever comes, and then leaves that person in peace for a while', () => {
    const world = new PresentationWorld('walk-up');
    for (let frame = 0; frame < 3; frame++) world.advance(100).happen(usable('anna'));
    world.happen({ kind: 'decided' });
    for (let frame = 0; frame < 20; frame++) world.advance(100).happen(usable('anna'));
    expect(world.decisions).toHaveLength(1);
    for (let frame = 0; frame < 20; frame++) world.advance(100).happen(usable('anna'));
    expect(world.decisions).toHaveLength(2);
  });

  it('looks again at once after a touch, and when the person before has left', () => {
    const touched = new PresentationWorld('walk-up', { ...LIMITS, framesConsidered: 1 }).happen(usable('anna'));
    touched.happen({ kind: 'decided' }).happen({ kind: 'touch' }).happen(usable('anna'));
    expect(touched.decisions).toHaveLength(2);
    const left = new PresentationWorld('walk-up', { ...LIMITS, framesConsidered: 1 }).happen(usable('anna'));
    left.happen({ kind: 'decided' }).advance(LIMITS.goneMs).happen(empty).happen(usable('bo'));
    expect(left.decisions).toHaveLength(2);
  });

  it('starts anew when another person steps in, without the frame of the change', () => {
    const world = new PresentationWorld('walk-up').happen(usable('anna')).happen(usable('anna')).happen(usable('bo'));
    expect(world.evidence).toEqual([]);
    for (let frame = 0; frame < 3; frame++) world.advance(100).happen(usable('bo'));
    expect(world.decisions).toEqual([['bo', 'bo', 'bo']]);
  });

  it('starts anew when somebody comes between, at once, and when the person is gone for long enough', () => {
    const between = new PresentationWorld('walk-up').happen(usable('anna')).happen(several);
    expect(between.evidence).toEqual([]);
    const blink = new PresentationWorld('walk-up')
      .happen(usable('anna'))
      .advance(LIMITS.goneMs - 1)
      .happen(empty);
    expect(blink.evidence).toEqual(['anna']);
    expect(blink.advance(1).happen(empty).evidence).toEqual([]);
  });

  it('gives up on a person of whom nothing usable is seen', () => {
    const world = new PresentationWorld('walk-up');
    for (let frame = 0; frame < 40; frame++) world.happen(poor('anna')).advance(100);
    expect(world.effects.at(-1)).toBe('gave-up');
    expect(world.state.kind).toBe('resting');
  });

  it('takes a face without a place for another face', () => {
    const world = new PresentationWorld('walk-up').happen(usable('anna'));
    const [next, effects] = presentationStep(
      world.state,
      { kind: 'sight', sight: { kind: 'usable', box: { ...boxOf('anna'), width: NaN } }, at: world.now },
      { mode: 'walk-up', limits: LIMITS },
    );
    expect(next).toEqual({ kind: 'watching' });
    expect(effects).toEqual([{ kind: 'forget' }]);
  });
});

it('takes every face for another one where the least overlap is not a number', () => {
  const world = new PresentationWorld('walk-up', { ...LIMITS, overlapMin: NaN }).happen(usable('anna'));
  expect(world.happen(usable('anna')).evidence).toEqual([]);
});

describe('a decision that is falling', () => {
  it('is past a cancel: its evidence is in use, and is forgotten with it', () => {
    for (const mode of ['walk-up', 'tap-to-look'] as const) {
      const world = new PresentationWorld(mode, { ...LIMITS, framesConsidered: 1 });
      world.happen({ kind: 'touch' }).happen(usable('anna')).happen({ kind: 'cancel' });
      expect(world.state).toEqual({ kind: 'deciding' });
      expect(world.evidence).toEqual(['anna']);
      expect(world.happen({ kind: 'decided' }).evidence).toEqual([]);
    }
  });

  it('that is told of late takes no evidence from the next person uncounted', () => {
    const world = new PresentationWorld('walk-up')
      .happen(usable('bo'))
      .happen(usable('bo'))
      .happen({ kind: 'decided' });
    world.happen(usable('bo')).happen(usable('bo')).happen(usable('bo'));
    expect(world.decisions).toEqual([['bo', 'bo', 'bo']]);
  });

  it('has no deadline of its own, so time changes nothing', () => {
    const [state, effects] = presentationStep(
      { kind: 'deciding' },
      { kind: 'time', at: monotonic(1e9) },
      { mode: 'walk-up', limits: { ...LIMITS, restMs: millis(1) } },
    );
    expect(state).toEqual({ kind: 'deciding' });
    expect(effects).toEqual([]);
  });
});
