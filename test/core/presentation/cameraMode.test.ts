import { describe, expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import { cameraModeAt, cameraModeChange, cameraModeFlaws, type CameraModePlan } from '#core/presentation/cameraMode.ts';
import type { OpeningTimes } from '#core/schedule/openingTimes.ts';

const between = (from: number, until: number): OpeningTimes => ({
  isOpen: (at) => at >= from && at < until,
  nextChange: (at) => (at < from ? wallTime(from) : at < until ? wallTime(until) : undefined),
});
const PLAN: CameraModePlan = {
  rules: [
    { schedule: between(100, 200), mode: 'walk-up' },
    { schedule: between(150, 300), mode: 'no-face' },
  ],
  otherwise: 'tap-to-look',
};

describe('the camera mode of an access point', () => {
  it('is that of the first rule whose schedule is open, and otherwise its own', () => {
    const modes = [99, 100, 199, 200, 299, 300].map((at) => cameraModeAt(PLAN, wallTime(at)));
    expect(modes).toEqual(['tap-to-look', 'walk-up', 'walk-up', 'no-face', 'no-face', 'tap-to-look']);
    expect(cameraModeAt({ rules: [{ schedule: 'always', mode: 'no-face' }], otherwise: 'walk-up' }, wallTime(0))).toBe(
      'no-face',
    );
  });

  it('is looked at again when the first of its schedules changes', () => {
    expect([0, 100, 170, 250, 300].map((at) => cameraModeChange(PLAN, wallTime(at)))).toEqual([
      100,
      150,
      200,
      300,
      undefined,
    ]);
    expect(cameraModeChange({ rules: [], otherwise: 'walk-up' }, wallTime(0))).toBeUndefined();
  });

  it('may not have a rule that is never reached', () => {
    expect(cameraModeFlaws(PLAN)).toEqual([]);
    const rules = [{ schedule: 'always', mode: 'no-face' } as const, ...PLAN.rules];
    expect(cameraModeFlaws({ ...PLAN, rules }).map(({ at }) => at)).toEqual([[1], [2]]);
  });
});
