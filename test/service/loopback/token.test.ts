import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { LoopbackToken, readTokenFile, renewTokenFile } from '#service/loopback/token.ts';
import { TokenTries, WRONG_TOKENS_MAX, WRONG_TOKENS_WINDOW_MS } from '#service/loopback/tokenTries.ts';
import { monotonic } from '#core/kernel/units.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-token-'));
  file = join(folder, 'token');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function textOf(token: LoopbackToken): string {
  let text = '';
  token.revealTo((revealed) => (text = revealed));
  return text;
}

test('the token in its file is the one that the service takes, and its owner alone may read it', () => {
  const written = renewTokenFile(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readTokenFile(file).matches(readFileSync(file, 'utf8').trim())).toBe(true);
  expect(readTokenFile(file).session).toBe(written.session);
});

test('renewing makes another token, and the one before opens nothing', () => {
  const before = renewTokenFile(file);
  const now = renewTokenFile(file);
  expect(now.matches(textOf(before))).toBe(false);
  expect(now.isSession(before.session)).toBe(false);
});

test('a token file that others may read is refused by name', () => {
  renewTokenFile(file);
  chmodSync(file, 0o644);
  expect(() => readTokenFile(file)).toThrow(Fault);
  expect(() => readTokenFile(file)).toThrow(/mode 600/);
});

test('a token file that is a link, damaged or absent is refused', () => {
  renewTokenFile(file);
  symlinkSync(file, join(folder, 'link'));
  expect(() => readTokenFile(join(folder, 'link'))).toThrow(Fault);
  writeFileSync(join(folder, 'short'), 'abc\n', { mode: 0o600 });
  expect(() => readTokenFile(join(folder, 'short'))).toThrow(/something else/);
  expect(() => readTokenFile(join(folder, 'none'))).toThrow(/ENOENT/);
});

test('no other text is the token, and the session is neither the token nor says it', () => {
  const token = LoopbackToken.random();
  const text = textOf(token);
  expect(token.matches(text)).toBe(true);
  expect(token.matches(token.session)).toBe(false);
  expect(token.isSession(text)).toBe(false);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (other) => {
      fc.pre(other !== text);
      expect(token.matches(other)).toBe(false);
    }),
  );
});

test('a token that is logged shows a name', () => {
  expect(JSON.stringify({ token: LoopbackToken.random() })).toBe('{"token":"[loopback token]"}');
});

test('a token that was overwritten opens nothing, and its copy lives on', () => {
  const bytes = new Uint8Array(32).fill(7);
  const token = new LoopbackToken(bytes);
  const [copy, session] = [token.copy(), token.session];
  token[Symbol.dispose]();
  expect(() => token.matches(Buffer.alloc(32).toString('base64url'))).toThrow(/overwritten/);
  expect(() => token.session).toThrow(/overwritten/);
  expect(copy.isSession(session)).toBe(true);
});

test('after five wrong tokens nobody may try until the oldest is half a minute past', () => {
  const tries = new TokenTries();
  for (let wrong = 0; wrong < WRONG_TOKENS_MAX; wrong++) {
    expect(tries.mayTry(monotonic(wrong))).toBe(true);
    tries.countWrong(monotonic(wrong));
  }
  expect(tries.mayTry(monotonic(WRONG_TOKENS_WINDOW_MS - 1))).toBe(false);
  expect(tries.mayTry(monotonic(WRONG_TOKENS_WINDOW_MS))).toBe(true);
});
