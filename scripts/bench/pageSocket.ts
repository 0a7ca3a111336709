import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { PageName } from '#contract/page.ts';
import { Fault } from '#core/kernel/fault.ts';
import { PAGE_FIELD, TOKEN_FIELD } from '#service/loopback/signIn.ts';

/** The socket that a page of a service talks over, without the page. @throws Fault `screen` where it does not take the token. */
export async function openPageSocket(page: PageName, port: number, token: string): Promise<WebSocket> {
  const origin = `http://127.0.0.1:${port}`;
  const body = new URLSearchParams({ [TOKEN_FIELD]: token, [PAGE_FIELD]: page });
  const answer = await fetch(`${origin}/session`, { method: 'POST', body });
  await answer.text();
  const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0];
  if (cookie === undefined) {
    throw new Fault('screen', { thing: 'measured service', found: `status ${answer.status}`, expected: 'a session' });
  }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${page}/socket`, { headers: { cookie, origin } });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}
