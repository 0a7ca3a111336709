/** The pages that a screen may load. */
export const PAGE_NAMES = ['kiosk', 'simulator'] as const;
export type PageName = (typeof PAGE_NAMES)[number];

/** A page talks to itself and to nobody else; nothing inline, nothing from elsewhere, in no frame. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "media-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every answer to a screen, whichever host gives it. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), display-capture=()',
};

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['woff2', 'font/woff2'],
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mpeg'],
  ['ogg', 'audio/ogg'],
]);

/** Folders and a file whose names begin with a letter, digit, `_` or `-`: no `..`, no escape, no absolute path fits. */
const FILE_IN_PAGE = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/){0,4}[A-Za-z0-9_-][A-Za-z0-9._-]*\.([a-z0-9]+)$/;
const FILE_NAME_CHARACTERS_MAX = 200;

export interface PageFile {
  /** Below the page's folder. */
  readonly file: string;
  readonly contentType: string;
}

/** The file that `path`, the rest of an address behind the page's root, asks for; undefined where none may be given. */
export function pageFile(path: string): PageFile | undefined {
  const file = path === '' ? 'index.html' : path;
  if (file.length > FILE_NAME_CHARACTERS_MAX) return undefined;
  const extension = FILE_IN_PAGE.exec(file)?.[1];
  const contentType = extension === undefined ? undefined : CONTENT_TYPES.get(extension);
  return contentType === undefined ? undefined : { file, contentType };
}
