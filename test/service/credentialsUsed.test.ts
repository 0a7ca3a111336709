import { expect, it } from 'vitest';
import { H10301, UID_FORMATS } from '#core/access/cardFormat.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import { credentialsUsed } from '#service/credentialsUsed.ts';
import { configOf } from '../terminal/gateConfig.ts';

const NAME = 'outside' as ReaderId;

function withReader(installed: Partial<TerminalConfig>): TerminalConfig {
  const config = configOf({});
  const accessPoints = config.accessPoints.map((one) => ({
    ...one,
    camera: { driver: 'none' as const },
    reader: { driver: 'named' as const, name: NAME },
  }));
  return { ...config, accessPoints, ...installed };
}

it('a card is as strong as the way of its number, and a PIN and a face stand beside it', () => {
  expect(credentialsUsed(configOf({}))).toEqual(new Set(['pin', 'face']));
  const line = { id: 'line', path: '/dev/a', baudRate: 9_600 };
  const formats = [H10301, ...UID_FORMATS];
  const osdpLines = [{ ...line, readers: [{ id: NAME, address: 0, formats }] }];
  expect(credentialsUsed(withReader({ osdpLines }))).toEqual(new Set(['pin', 'card-number-over-secure-channel']));
  const wiegand = {
    id: NAME,
    driver: 'wiegand',
    path: '/dev/a',
    baudRate: 9_600,
    form: { kind: 'bits-lines' },
  } as const;
  expect(credentialsUsed(withReader({ serialReaders: [{ ...wiegand, formats }] }))).toEqual(
    new Set(['pin', 'card-number-in-clear', 'card-serial-number']),
  );
  const typed = { id: NAME, text: { digits: 'hex', bits: 26 }, formats: [H10301] } as const;
  expect(credentialsUsed(withReader({ keyboardReaders: [typed] }))).toEqual(new Set(['pin', 'card-serial-number']));
  const tags = [{ id: NAME, driver: 'rdm6300', path: '/dev/a' } as const];
  expect(credentialsUsed(withReader({ serialReaders: tags }))).toEqual(new Set(['pin', 'card-serial-number']));
});

it('a pass is used where an issuer is named, beside the screen and its camera', () => {
  const config = configOf({});
  const withIssuer = { ...config, passes: { ...config.passes, issuers: ['4f'] } };
  expect(credentialsUsed(withIssuer).has('pass')).toBe(true);
  expect(credentialsUsed({ ...withReader({}), passes: withIssuer.passes }).has('pass')).toBe(false);
});
