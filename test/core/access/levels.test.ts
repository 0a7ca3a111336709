import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompiledLevels, type AccessLevel } from '#core/access/levels.ts';
import type { AccessLevelId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { OpeningTimes } from '#core/schedule/openingTimes.ts';
import { accessPoint } from '../people.ts';

const FRONT = accessPoint('front');
const NOW = wallTime(0);
const schedule = (open: boolean): OpeningTimes => ({ isOpen: () => open, nextChange: () => undefined });
const level = (id: string, ...rules: AccessLevel['rules'][number][]): AccessLevel => ({
  id: id as AccessLevelId,
  rules,
});
const verdict = (levels: readonly AccessLevel[], ...held: string[]) =>
  new CompiledLevels(levels).at(FRONT).verdict(held as AccessLevelId[], NOW);

describe('access levels', () => {
  const levels = [
    level(
      'office',
      { accessPoint: FRONT, schedule: schedule(false) },
      { accessPoint: FRONT, schedule: schedule(true) },
    ),
    level('night', { accessPoint: FRONT, schedule: schedule(false) }),
    level('store', { accessPoint: accessPoint('back'), schedule: 'always' }),
    level('guard', { accessPoint: FRONT, schedule: 'always' }),
  ];

  it('open where one of their rules does', () => {
    expect(verdict(levels, 'office')).toBe('open');
    expect(verdict(levels, 'night', 'guard')).toBe('open');
  });

  it('tell a wrong time from a wrong place', () => {
    expect(verdict(levels, 'night', 'store')).toBe('shut');
    expect(verdict(levels, 'store')).toBe('elsewhere');
    expect(verdict(levels, 'nobody-knows-it')).toBe('elsewhere');
    expect(verdict(levels)).toBe('elsewhere');
    expect(new CompiledLevels([]).at(FRONT).verdict(['guard' as AccessLevelId], NOW)).toBe('elsewhere');
  });

  it('say what a search through all their rules says', () => {
    const places = fc.constantFrom(FRONT, accessPoint('back'));
    const rules = fc.record({
      accessPoint: places,
      schedule: fc.constantFrom('always' as const, schedule(true), schedule(false)),
    });
    const names = fc.constantFrom<string>('a', 'b', 'c');
    const lists = fc.array(fc.tuple(names, fc.array(rules, { maxLength: 3 })).map(([id, of]) => level(id, ...of)));
    fc.assert(
      fc.property(lists, fc.array(names), places, (list, held, here) => {
        const leading = list
          .filter(({ id }) => held.includes(id))
          .flatMap((one) => one.rules)
          .filter((rule) => rule.accessPoint === here);
        const open = leading.some((rule) => rule.schedule === 'always' || rule.schedule.isOpen(NOW));
        const expected = open ? 'open' : leading.length > 0 ? 'shut' : 'elsewhere';
        expect(new CompiledLevels(list).at(here).verdict(held as AccessLevelId[], NOW)).toBe(expected);
      }),
    );
  });
});
