import type { PageName } from '#contract/page.ts';
import { PAGE_NAMES } from '#contract/page.ts';

/** A token, a page name and what a form puts around them. */
export const SIGN_IN_BYTES_MAX = 256;
export const TOKEN_FIELD = 'token';
export const PAGE_FIELD = 'page';

const HEAD =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Lintel</title>';

/** Asks for the token; the page has no script, so nothing on it can read what is pasted. */
export const signInPage = (told: string): string => `${HEAD}</head><body>
<h1>Lintel</h1>
<p>${told}</p>
<p>To look at this gate's screen, paste the token from the token file of the gate's account.</p>
<p lang="zh-Hans">要查看此门禁的屏幕，请粘贴门禁账户令牌文件中的令牌。</p>
<form method="post" action="/session">
<input type="password" name="${TOKEN_FIELD}" autocomplete="off" required autofocus aria-label="Token">
<button>Look</button>
</form>
</body></html>
`;

/**
 * Leads on to the page by a step of its own: a redirect would still count as coming from wherever the form was sent
 * from, and the browser would keep the strict cookie back.
 */
export const onwardPage = (page: PageName): string =>
  `${HEAD}<meta http-equiv="refresh" content="0;url=/${page}/"></head><body></body></html>\n`;

export interface SignIn {
  readonly token: string;
  readonly page: PageName;
}

/** The fields of the form; undefined where the body is no such form. */
export function parseSignIn(body: string): SignIn | undefined {
  const fields = new URLSearchParams(body);
  const token = fields.get(TOKEN_FIELD);
  const named = fields.get(PAGE_FIELD) ?? 'kiosk';
  const page = PAGE_NAMES.find((name) => name === named);
  return token === null || page === undefined ? undefined : { token: token.trim(), page };
}
