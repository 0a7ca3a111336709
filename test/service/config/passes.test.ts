import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { BUILT_IN_GATE } from '#service/readConfig.ts';
import { ISSUER_KEY } from '../../core/access/passes.ts';
import { faultOf } from '../../storage/support/faults.ts';
import { parse } from './parse.ts';

const GATE = readFileSync(BUILT_IN_GATE, 'utf8');

const parsed = (text: string): TerminalConfig => parse(text, true);

const issuers = (list: string): string => GATE.replace('issuers: []', `issuers: ${list}`);
const KEY = `"${ISSUER_KEY}"`;

it('issuers and the longest validity are read; without the section there is no issuer', () => {
  expect(parsed(issuers(`[${KEY}]`)).passes).toEqual({ issuers: [ISSUER_KEY], longestMs: 86_400_000 });
  expect(parsed(GATE.replace(/passes:\n(?: {2}.*\n)+/, '')).passes).toEqual({ issuers: [], longestMs: 86_400_000 });
});

describe('a mistake about passes is told with line, key and what is expected:', () => {
  const RULE = (combinations: string): string => `    factors: [{ schedule: always, any-of: [${combinations}] }]\n`;
  const MODE = '    mode: pass-then-face';
  const walkUp = '    mode: walk-up';
  it.each([
    ['a key that is too short', issuers('["ab"]'), 'issuers:', '64 lower-case hex digits'],
    ['a number in place of a key', issuers('[12]'), 'issuers:', '64 lower-case hex digits, in quotes'],
    ['a key that everybody can sign for', issuers(`["${'00'.repeat(32)}"]`), 'issuers:', 'only its holder can sign'],
    ['an issuer named twice', issuers(`[${KEY}, ${KEY}]`), 'issuers:', 'each issuer once'],
    [
      'a validity of a year',
      GATE.replace('longest-ms: 86400000', 'longest-ms: 31536000000'),
      'longest-ms',
      '604800000',
    ],
    [
      'a rule that only a pass fulfils, without an issuer',
      GATE.replace(walkUp, `${walkUp}\n${RULE('pass-and-face, pass-and-pin')}`),
      'any-of',
      'a pass cannot be shown here without passes.issuers',
    ],
    ['a mode that waits for a pass, without an issuer', GATE.replace(walkUp, MODE), 'mode: pass', 'another mode'],
    [
      'a mode that waits for a pass, without a camera',
      issuers(`[${KEY}]`)
        .replace(walkUp, MODE)
        .replace('camera:\n      driver: simulated', 'camera:\n      driver: none'),
      'mode: pass',
      'a pass cannot be shown here without a camera',
    ],
  ])('%s', async (_, text, part, expected) => {
    const line = text.split('\n').findIndex((one) => one.includes(part)) + 1;
    const { message } = await faultOf(() => parsed(text));
    expect(message).toContain(`gate.yaml line ${line}, `);
    expect(message).toContain(expected);
  });

  it('and the same is right where there are issuer, camera and screen', () => {
    const right = issuers(`[${KEY}]`).replace(walkUp, `${MODE}\n${RULE('pass-and-face, pass-and-pin')}`);
    expect(parsed(right).access.places[0]).toMatchObject({ cameraMode: 'pass-then-face' });
  });
});
