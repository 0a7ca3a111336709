import type { SourceFile } from './house.ts';

/** Words that mean two things, or the wrong one, and what to say instead. */
const BANNED: ReadonlyMap<string, string> = new Map([
  ['user', 'presenter, cardholder, data subject or operator'],
  ['users', 'presenters, cardholders, data subjects or operators'],
  ['whitelist', 'gallery or access rule'],
  ['blacklist', 'access rule'],
  ['confidence', 'score, cosine or live'],
  ['stranger', 'somebody who matches nobody'],
  ['strangers', 'people who match nobody'],
  ['faceid', 'face recognition'],
  ['point', 'access point or operating point'],
]);

/** Names that others have given: of Chromium and Electron, of HTTP, of CSS and HTML, of Linux. */
const FOREIGN =
  /userData\b|no-user-gesture-required|user_version|user-data-dir|User-Agent|userAgent\w*|user-select|userSelect|user-scalable|user-invalid|user-event|\bXDG_\w+|userInfo|user namespaces|x-user-\w+/g;

/** What a point may be, and `to point`, which is something else. */
const POINT_OF = new Set([
  'to',
  'access',
  'operating',
  'identification',
  'verification',
  'five',
  'floating',
  'decimal',
  'entry',
  'mount',
  'code',
]);

/** Every banned word of a text with its line, as `line: word`. Identifiers count by their parts. */
export function bannedWordsIn(text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const parts = partsOf(line.replaceAll(FOREIGN, ' '));
    return parts.flatMap((part, place) => {
      const before = parts[place - 1];
      if (part === 'id' && before === 'face') return [`${index + 1}: face id`];
      if (!BANNED.has(part)) return [];
      if (part === 'point' && before !== undefined && POINT_OF.has(before)) return [];
      return [`${index + 1}: ${part} (${BANNED.get(part)})`];
    });
  });
}

const partsOf = (line: string): string[] =>
  line
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z]+/)
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());

const CALL = /\b(?:it|test|describe)(?:\.\w+)*(?:<[^()]*>)?\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g;
const EACH = /\]\)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g;

/** The sentences of a test file: what its tests are called. */
export const testNamesIn = (text: string): string[] =>
  [CALL, EACH].flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[2] ?? ''));

export const withBannedWords = (files: readonly SourceFile[]): string[] =>
  files.flatMap(({ path, text }) => bannedWordsIn(text).map((found) => `${path}:${found}`));
