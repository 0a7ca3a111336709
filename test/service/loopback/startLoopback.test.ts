import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '#contract/page.ts';
import { Fault } from '#core/kernel/fault.ts';
import { SAME_REPORT_MS, startLoopback } from '#service/loopback/startLoopback.ts';
import { WRONG_TOKENS_MAX, WRONG_TOKENS_WINDOW_MS } from '#service/loopback/tokenTries.ts';
import { AGate } from './fixtures/aGate.ts';

test('without the token there is a page that asks for it, and nothing else', async () => {
  await using gate = await AGate.open();
  const front = await gate.ask('/');
  expect(front.status).toBe(200);
  expect(front.body).toContain('paste the token');
  expect(front.body).not.toContain(gate.tokenText());
  expect((await gate.ask('/kiosk/')).headers.location).toBe('/');
  expect((await gate.ask('/kiosk/assets/index.js')).status).toBe(403);
});

test('the token opens a session: a strict cookie that no script reads, and the way on to the page', async () => {
  await using gate = await AGate.open();
  const signedIn = await gate.signIn(gate.tokenText());
  expect(signedIn.status).toBe(200);
  expect(signedIn.body).toContain('url=/kiosk/');
  expect(signedIn.headers['set-cookie']).toEqual([`${gate.cookie}; Path=/; HttpOnly; SameSite=Strict`]);
  expect(JSON.stringify(signedIn.headers) + signedIn.body).not.toContain(gate.tokenText());
  const page = await gate.ask('/kiosk/', { headers: { cookie: gate.cookie } });
  expect(page.body).toContain('<title>kiosk</title>');
  expect((await gate.ask('/', { headers: { cookie: gate.cookie } })).headers.location).toBe('/kiosk/');
});

test('the server keeps a token of its own: whoever started it may overwrite theirs', async () => {
  await using gate = await AGate.open();
  const [text, { cookie }] = [gate.tokenText(), gate];
  gate.token[Symbol.dispose]();
  expect((await gate.signIn(text)).status).toBe(200);
  expect((await gate.ask('/kiosk/', { headers: { cookie } })).status).toBe(200);
});

test('the simulator page is led to by its own form', async () => {
  await using gate = await AGate.open();
  expect((await gate.signIn(gate.tokenText(), { page: 'simulator' })).body).toContain('url=/simulator/');
  expect((await gate.signIn(gate.tokenText(), { page: '//elsewhere.example' })).status).toBe(403);
});

test('every answer forbids scripts from elsewhere, sniffing, framing, referrers and storing', async () => {
  await using gate = await AGate.open();
  for (const path of ['/', '/kiosk/', '/nowhere', '/session']) {
    const { headers } = await gate.ask(path, { headers: { cookie: gate.cookie } });
    expect(headers).toMatchObject({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  }
});

test('a request under another name is refused, whatever it carries: the name was made to point here', async () => {
  await using gate = await AGate.open();
  for (const host of ['gate.example', `gate.example:${gate.port}`, 'localhost', `127.0.0.1:${gate.port + 1}`]) {
    expect((await gate.ask('/kiosk/', { headers: { host, cookie: gate.cookie } })).status).toBe(421);
    expect((await gate.signIn(gate.tokenText(), { headers: { host } })).status).toBe(421);
  }
  expect((await gate.ask('/kiosk/', { headers: { host: `localhost:${gate.port}`, cookie: gate.cookie } })).status).toBe(
    200,
  );
});

test('a page of somebody else cannot sign in, even with the token', async () => {
  await using gate = await AGate.open();
  expect((await gate.signIn(gate.tokenText(), { headers: { origin: 'http://elsewhere.example' } })).status).toBe(403);
  // The launcher's file has this origin.
  expect((await gate.signIn(gate.tokenText(), { headers: { origin: 'null' } })).status).toBe(200);
});

test('no path leads out of a page', async () => {
  await using gate = await AGate.open();
  const paths = [
    '/kiosk/../secret.js',
    '/kiosk/..%2fsecret.js',
    '/kiosk/%2e%2e/secret.js',
    '/kiosk//etc/passwd',
    '/kiosk/notes.db',
    '/kiosk/\\..\\secret.js',
  ];
  for (const path of paths) {
    const answer = await gate.ask(path, { headers: { cookie: gate.cookie } });
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.body).toBe('');
  }
});

test('only GET, HEAD and the sign-in are spoken', async () => {
  await using gate = await AGate.open();
  const headers = { cookie: gate.cookie };
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    expect((await gate.ask('/kiosk/', { method, headers })).status).toBe(405);
  }
  const head = await gate.ask('/kiosk/', { method: 'HEAD', headers });
  expect([head.status, head.body]).toEqual([200, '']);
  expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
  expect((await gate.ask('/session', { method: 'PUT' })).status).toBe(405);
});

test('a sign-in that is no form, or longer than one, is refused', async () => {
  await using gate = await AGate.open();
  const json = { headers: { 'content-type': 'application/json' }, method: 'POST', body: '{}' };
  expect((await gate.ask('/session', json)).status).toBe(415);
  expect((await gate.signIn('x'.repeat(300))).status).toBe(413);
  expect((await gate.signIn('')).status).toBe(403);
});

test('wrong tokens are told, reported once and limited in rate; the screens that are in stay in', async () => {
  await using gate = await AGate.open();
  for (let wrong = 0; wrong < WRONG_TOKENS_MAX; wrong++) expect((await gate.signIn('wrong')).status).toBe(403);
  const refused = await gate.signIn(gate.tokenText());
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '30']);
  expect((await gate.ask('/kiosk/', { headers: { cookie: gate.cookie } })).status).toBe(200);
  expect(gate.reports).toHaveLength(1);
  expect(gate.reports[0]).toMatchObject({ code: 'screen', found: 'a wrong token' });
  gate.clock.advance(WRONG_TOKENS_WINDOW_MS);
  expect((await gate.signIn(gate.tokenText())).status).toBe(200);
  gate.clock.advance(SAME_REPORT_MS);
  await gate.signIn('wrong');
  expect(gate.reports).toHaveLength(2);
  expect(JSON.stringify(gate.reports)).not.toContain(gate.tokenText());
});

test('garbage instead of HTTP, a header without end and a body that breaks off leave the server standing', async () => {
  await using gate = await AGate.open();
  const starts = [
    '\0\u0001garbage\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: ${gate.host}\r\nX: ${'x'.repeat(20_000)}`,
    'POST /session HTTP/1.1\r\nHost: ' +
      gate.host +
      '\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 50\r\n\r\ntoken=',
  ];
  for (const text of starts) {
    const socket = connect(gate.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end(text);
    await once(socket.resume(), 'close');
  }
  expect((await gate.ask('/')).status).toBe(200);
});

test('nobody outside of this machine can reach it', async () => {
  await using gate = await AGate.open();
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  for (const address of [outside?.address, '127.0.0.2'].filter((one) => one !== undefined)) {
    const socket = connect(gate.port, address);
    const [error] = await once(socket, 'error').catch((thrown: unknown) => [thrown]);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  }
});

test('a port that is taken is named, and a page that was not built as well', async () => {
  await using gate = await AGate.open();
  const again = (options: { port?: number; kiosk?: string }) =>
    startLoopback({
      port: options.port ?? 0,
      pages: { kiosk: options.kiosk ?? `${gate.folder}/kiosk` },
      token: gate.token,
      endpoints: { kiosk: gate.kiosk },
      clock: gate.clock,
      report: () => undefined,
    });
  await expect(again({ port: gate.port })).rejects.toThrow(Fault);
  await expect(again({ port: gate.port })).rejects.toThrow(/EADDRINUSE/);
  await expect(again({ kiosk: '/nowhere' })).rejects.toThrow(/no index.html/);
});
