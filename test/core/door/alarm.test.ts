import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alarmStep,
  isCauseOf,
  QUIET,
  type Alarm,
  type AlarmEffect,
  type AlarmInput,
  type AlarmKind,
} from '#core/door/alarm.ts';
import { monotonic } from '#core/kernel/units.ts';

const cause = (active: boolean, at = 0): AlarmInput => ({ kind: 'cause', active, at: monotonic(at) });
const HAPPENED: AlarmInput = { kind: 'happened', at: monotonic(0) };
const SEEN: AlarmInput = { kind: 'acknowledged' };
const live = (of: AlarmKind, ...inputs: AlarmInput[]) => {
  let alarm: Alarm = QUIET;
  let effects: readonly AlarmEffect[] = [];
  for (const input of inputs) [alarm, effects] = alarmStep(alarm, input, of);
  return { alarm, last: effects.map((effect) => (effect.kind === 'record' ? effect.event : effect.kind)) };
};

describe('an alarm', () => {
  it('is heard while its cause is there and nobody has acknowledged it', () => {
    expect(live('held-open', cause(true, 7))).toEqual({ alarm: { kind: 'raised', since: 7 }, last: ['sound', 'tell'] });
    expect(live('held-open', cause(true, 7), cause(true, 9))).toEqual({
      alarm: { kind: 'raised', since: 7 },
      last: [],
    });
  });

  it('is over once it is acknowledged and its cause is gone, whichever comes first', () => {
    const known = live('forced-open', cause(true), SEEN);
    expect(known).toEqual({
      alarm: { kind: 'acknowledged', since: 0 },
      last: ['silence', 'tell', 'alarm-acknowledged'],
    });
    expect(live('forced-open', cause(true), SEEN, cause(false))).toEqual({ alarm: QUIET, last: ['tell'] });
    const gone = live('forced-open', cause(true), cause(false));
    expect(gone).toEqual({ alarm: { kind: 'unseen', since: 0 }, last: ['silence', 'tell'] });
    expect(live('forced-open', cause(true), cause(false), SEEN).alarm).toEqual(QUIET);
  });

  it('is raised anew where its cause comes back before anybody has seen it', () => {
    expect(live('tamper', cause(true, 1), cause(false), cause(true, 5)).alarm).toEqual({ kind: 'raised', since: 5 });
  });

  it('of something that is over as it happens stays until somebody has seen it', () => {
    expect(live('passage-forced', HAPPENED)).toEqual({ alarm: { kind: 'unseen', since: 0 }, last: ['sound', 'tell'] });
    expect(live('passage-forced', HAPPENED, cause(false)).alarm.kind).toBe('unseen');
    expect(live('passage-forced', HAPPENED, SEEN).alarm).toEqual(QUIET);
    expect(live('passage-forced', cause(true), SEEN, HAPPENED).alarm.kind).toBe('raised');
  });

  it('of duress is told and never heard', () => {
    expect(live('duress', HAPPENED).last).toEqual(['tell']);
    expect(live('duress', HAPPENED, SEEN).last).toEqual(['tell', 'alarm-acknowledged']);
  });

  it('has its cause in the state of the door', () => {
    expect(isCauseOf({ kind: 'forced-open' }, 'forced-open')).toBe(true);
    expect(isCauseOf({ kind: 'held-open' }, 'forced-open')).toBe(false);
    expect(isCauseOf({ kind: 'standing-unlocked', contact: 'open' }, 'held-open')).toBe(false);
  });

  it('is quiet exactly where everything that happened was seen and no cause is left, whatever happens', () => {
    const inputs = fc.array(
      fc.oneof(
        fc.boolean().map((active) => cause(active)),
        fc.constant(HAPPENED),
        fc.constant(SEEN),
      ),
    );
    const kinds = fc.constantFrom<AlarmKind>('forced-open', 'held-open', 'tamper', 'passage-forced', 'duress');
    fc.assert(
      fc.property(kinds, inputs, (of, list) => {
        let alarm: Alarm = QUIET;
        let active = false;
        let unseen = false;
        let sounds = false;
        for (const input of list) {
          const seen = alarm.kind !== 'quiet' && alarm.kind !== 'acknowledged';
          let effects: readonly AlarmEffect[];
          [alarm, effects] = alarmStep(alarm, input, of);
          if (input.kind === 'cause') {
            unseen ||= input.active && !active;
            active = input.active;
          } else unseen = input.kind === 'happened';
          expect(alarm.kind !== 'quiet').toBe(active || unseen);
          expect(alarm.kind === 'raised' || alarm.kind === 'unseen').toBe(unseen);
          expect(effects.some(({ kind }) => kind === 'record')).toBe(input.kind === 'acknowledged' && seen);
          for (const { kind } of effects) if (kind === 'sound' || kind === 'silence') sounds = kind === 'sound';
          if (of === 'duress' || alarm.kind === 'quiet' || alarm.kind === 'acknowledged') expect(sounds).toBe(false);
          if (of !== 'duress' && alarm.kind === 'raised') expect(sounds).toBe(true);
        }
      }),
    );
  });
});
