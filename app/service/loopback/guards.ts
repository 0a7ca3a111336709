import type { PageName } from '#contract/page.ts';
import { PAGE_NAMES } from '#contract/page.ts';
import { SCREEN_SOCKET } from '#contract/screenPort.ts';

export const SESSION_COOKIE = 'lintel-session';

const NAMES_OF_THIS_MACHINE = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Is this how a browser of this machine, or one behind `ssh -L`, names us? Any other name in Host means that somebody
 * else's name was made to point here (DNS rebinding).
 */
export const isOurHost = (host: string | undefined, port: number): boolean =>
  NAMES_OF_THIS_MACHINE.some((name) => host === `${name}:${port}`);

/** A page of ours asks from the very origin that it was loaded from. */
export const isOwnOrigin = (origin: string | undefined, host: string | undefined): boolean =>
  host !== undefined && origin === `http://${host}`;

/** The value of a cookie in a Cookie header. Where a name comes twice there is none: one of the two is not ours. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

export type Place =
  | { readonly kind: 'front' }
  | { readonly kind: 'session' }
  | { readonly kind: 'socket'; readonly page: PageName }
  | { readonly kind: 'file'; readonly page: PageName; readonly path: string }
  | { readonly kind: 'nowhere' };

/** What an address asks for; the part behind `?` means nothing here. */
export function placeOf(url: string): Place {
  const path = url.split('?', 1)[0] ?? '';
  if (path === '/') return { kind: 'front' };
  if (path === '/session') return { kind: 'session' };
  const page = PAGE_NAMES.find((name) => path.startsWith(`/${name}/`));
  if (page === undefined) return { kind: 'nowhere' };
  const rest = path.slice(page.length + 2);
  return rest === SCREEN_SOCKET ? { kind: 'socket', page } : { kind: 'file', page, path: rest };
}
