import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageFile } from '#contract/page.ts';
import { cookieValue, isOurHost, isOwnOrigin, placeOf } from '#service/loopback/guards.ts';

test('only the three names of this machine, with our port, are us', () => {
  for (const host of ['127.0.0.1:4711', 'localhost:4711', '[::1]:4711']) expect(isOurHost(host, 4711)).toBe(true);
  for (const host of [
    undefined,
    '',
    'localhost',
    'localhost:4712',
    'gate.example:4711',
    '127.0.0.1:4711.gate.example',
    '0.0.0.0:4711',
  ]) {
    expect(isOurHost(host, 4711)).toBe(false);
  }
});

test('a page of another origin, another port or none is not ours', () => {
  expect(isOwnOrigin('http://127.0.0.1:4711', '127.0.0.1:4711')).toBe(true);
  for (const origin of [
    undefined,
    'null',
    'https://127.0.0.1:4711',
    'http://127.0.0.1:4712',
    'http://localhost:4711',
    'file://',
  ]) {
    expect(isOwnOrigin(origin, '127.0.0.1:4711')).toBe(false);
  }
});

test('a cookie is found among others, and a second one of the same name makes both worthless', () => {
  expect(cookieValue('a=1; lintel-session=x; b=2', 'lintel-session')).toBe('x');
  expect(cookieValue('lintel-session=x; lintel-session=y', 'lintel-session')).toBeUndefined();
  expect(cookieValue('not-lintel-session=x', 'lintel-session')).toBeUndefined();
  expect(cookieValue(undefined, 'lintel-session')).toBeUndefined();
});

test('an address means one place, and what stands behind ? means nothing', () => {
  expect(placeOf('/')).toEqual({ kind: 'front' });
  expect(placeOf('/session?token=x')).toEqual({ kind: 'session' });
  expect(placeOf('/kiosk/socket')).toEqual({ kind: 'socket', page: 'kiosk' });
  expect(placeOf('/simulator/assets/a.js?v=1')).toEqual({ kind: 'file', page: 'simulator', path: 'assets/a.js' });
  expect(placeOf('/kiosk')).toEqual({ kind: 'nowhere' });
  expect(placeOf('//kiosk/')).toEqual({ kind: 'nowhere' });
});

test('a page gives its own files', () => {
  expect(pageFile('')).toEqual({ file: 'index.html', contentType: 'text/html; charset=utf-8' });
  expect(pageFile('assets/index-B3_x.js')?.contentType).toBe('text/javascript; charset=utf-8');
});

test('a page never gives a file outside its folder, a hidden one or one of a kind it does not know', () => {
  const leads = [
    '../secret.js',
    '/etc/passwd.html',
    'a/../../b.js',
    '.hidden.js',
    'a/.b.js',
    'a\\..\\b.js',
    '%2e%2e/b.js',
    'a.db',
    'a',
    'a//b.js',
  ];
  for (const path of leads) expect(pageFile(path)).toBeUndefined();
  const segment = fc.oneof(fc.constantFrom('..', '.', '', '/', '\\', '%2e%2e', '~', 'a.js', 'b'), fc.string());
  fc.assert(
    fc.property(
      fc.array(segment).map((parts) => parts.join('/')),
      (path) => {
        const found = pageFile(path);
        fc.pre(found !== undefined);
        const full = posix.resolve('/pages', found.file);
        expect(full.startsWith('/pages/')).toBe(true);
        expect(posix.relative('/pages', full)).toBe(found.file);
      },
    ),
    { numRuns: 500 },
  );
});
