import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '#contract/page.ts';
import { servePage } from '../../app/main/servePage.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-pages-'));
  mkdirSync(join(folder, 'kiosk'));
  writeFileSync(join(folder, 'kiosk', 'index.html'), 'the kiosk');
  writeFileSync(join(folder, 'secret.js'), 'secret');
});
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (url: string, method = 'GET') => servePage({ url, method }, { kiosk: join(folder, 'kiosk') });

test('the kiosk page comes with the policy that keeps it to itself', async () => {
  const answer = await ask('lintel://kiosk/');
  expect([answer.status, await answer.text()]).toEqual([200, 'the kiosk']);
  expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
});

test('no address leads out of the page, to another scheme or to a page that is not built', async () => {
  for (const url of [
    'lintel://kiosk/../secret.js',
    'lintel://kiosk/%2e%2e/secret.js',
    'lintel://kiosk/..%2fsecret.js',
    'lintel://simulator/',
    'https://kiosk/',
    'lintel://kiosk/none.js',
  ]) {
    const answer = await ask(url);
    expect([url, answer.status, await answer.text()]).toEqual([url, 404, '']);
  }
});

test('a page is read and never written to', async () => {
  expect((await ask('lintel://kiosk/', 'POST')).status).toBe(405);
});
