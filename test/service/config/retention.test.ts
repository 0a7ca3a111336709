import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import {
  days,
  inDays,
  LEGAL_MINIMUM,
  RETENTION_BOUNDS,
  RETENTION_DEFAULTS,
  type RetainedType,
} from '#core/privacy/retention.ts';
import { BUILT_IN_GATE } from '#service/readConfig.ts';
import { parse } from './parse.ts';

const GATE = readFileSync(BUILT_IN_GATE, 'utf8');

const parsed = (...lines: readonly string[]): TerminalConfig => {
  const text = lines.length === 0 ? GATE : `${GATE}\nretention:\n${lines.map((line) => `  ${line}\n`).join('')}`;
  return parse(text, true);
};

describe('retention in the configuration', () => {
  it('is the default where nothing is said, and days by type where it is', () => {
    expect(parsed().retention).toEqual(RETENTION_DEFAULTS);
    expect(parsed('visitors: 3', 'leavers: 0').retention).toEqual({
      ...RETENTION_DEFAULTS,
      visitors: days(3),
      leavers: days(0),
    });
  });

  it('follows access events with the last use, which is known from them alone', () => {
    expect(parsed('access-events: 184').retention).toMatchObject({ accessEvents: days(184), unused: days(184) });
    expect(() => parsed('access-events: 184', 'unused: 185')).toThrow('the last use is known from these alone');
  });

  it.each([
    ['access-events: 183', 'retention.access-events', '网络安全法 21'],
    ['operator-actions: 90', 'retention.operator-actions', '网络安全法 21'],
    ['consent-records: 1000', 'retention.consent-records', 'PIPL 56'],
    ['assessments: 365', 'retention.assessments', 'PIPL 56'],
    ['lapsed-templates: 1', 'retention.lapsed-templates', 'at once'],
    ['visitors: 60', 'retention.visitors', 'PIPL 19'],
    ['leavers: -1', 'retention.leavers', 'PIPL 19'],
    ['leavers: 1.5', 'retention.leavers', 'PIPL 19'],
    ['visitor: 1', 'retention.visitor', 'did you mean "visitors"?'],
  ])('%s is refused by its line, with the law', (line, thing, law) => {
    expect(() => parsed(line)).toThrow(thing);
    expect(() => parsed(line)).toThrow(law);
  });

  it('goes beyond neither of its bounds, and knows the last use for no longer than access events are kept', () => {
    const types = Object.keys(RETENTION_BOUNDS) as RetainedType[];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.integer({ min: -10, max: 5_000 }), (type, count) => {
        const { min, max, law } = RETENTION_BOUNDS[type];
        const rules = { ...RETENTION_DEFAULTS, unused: LEGAL_MINIMUM.unused, [type]: days(count) };
        const key = type.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
        const lines = [`${key}: ${count}`, ...(type === 'unused' ? [] : [`unused: ${inDays(LEGAL_MINIMUM.unused)}`])];
        if (days(count) < min || days(count) > max) expect(() => parsed(...lines)).toThrow(law);
        else if (rules.unused > rules.accessEvents) expect(() => parsed(...lines)).toThrow('the last use is known');
        else expect(parsed(...lines).retention).toEqual(rules);
      }),
    );
  });
});
