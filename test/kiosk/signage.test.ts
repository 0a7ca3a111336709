import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Words that leave open what is done with data. [requirement 2; S0 1.1] */
const OPEN_WORDS =
  /等|例如|譬如|比如|诸如|包括但不限于|\betc\b|\band so on\b|\bsuch as\b|\bfor example\b|\be\.g\.|\bincluding\b|\bamong others\b/i;
/** Words that the house does not use of people or of what it does. */
const HOUSE_WORDS = /\buser|face id|whitelist|blacklist|\bconfidence\b|\bstranger|\brelease\b/i;
const PLACEHOLDERS = new Set(['handlerName', 'handlerContact', 'accessPoint', 'models', 'consentEnds']);
/** Only these are known when a notice or policy is read at the door. */
const AT_THE_DOOR = new Set(['handlerName', 'handlerContact', 'accessPoint']);
const NOUNS = ['notice', 'policy', 'consent'] as const;
const LANGUAGES = ['zh-Hans', 'en'] as const;

const files = readdirSync('signage', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

const read = (noun: string, language: string): string => readFileSync(join('signage', noun, language, '1.md'), 'utf8');

test('every text is there in simplified Chinese and in English', () => {
  for (const noun of NOUNS)
    for (const language of LANGUAGES) expect(files).toContain(join('signage', noun, language, '1.md'));
});

describe.each(files)('%s', (file) => {
  const text = readFileSync(file, 'utf8');

  test('leaves nothing open', () => {
    expect(text.match(OPEN_WORDS)).toBeNull();
  });

  test('keeps to the words of the house', () => {
    expect(text.match(HOUSE_WORDS)).toBeNull();
  });

  test('has no markup and only placeholders that somebody fills', () => {
    expect(text).not.toMatch(/[<>]|\]\(|\*\*/);
    const known = file.includes('consent') ? PLACEHOLDERS : AT_THE_DOOR;
    for (const [, name] of text.matchAll(/\{\{(.*?)\}\}/g)) expect(known).toContain(name);
  });
});

test.each(['等', '包括姓名等', 'names etc.', 'data such as names', 'Including but not limited to'])(
  '"%s" would be found',
  (words) => {
    expect(words).toMatch(OPEN_WORDS);
  },
);

test.each(NOUNS)('%s says the same in both languages, part by part', (noun) => {
  const shapes = LANGUAGES.map((language) => read(noun, language).split('\n').map(shapeOf).filter(Boolean));
  expect(shapes[0]).toEqual(shapes[1]);
});

test.each(LANGUAGES)('the agreement in %s says each thing that it must', (language) => {
  const text = read('consent', language);
  for (const placeholder of ['handlerName', 'handlerContact', 'models', 'consentEnds'])
    expect(text).toContain(`{{${placeholder}}}`);
  const headings = text.split('\n').filter((line) => line.startsWith('## '));
  // Handler, purpose, engine and models, method, kinds, term and its end, need and effect, the other way, withdrawal, rights, guardian.
  expect(headings).toHaveLength(11);
});

test.each(LANGUAGES)('notice and policy in %s name the handler and the contact', (language) => {
  for (const noun of ['notice', 'policy']) {
    expect(read(noun, language)).toContain('{{handlerName}}');
    expect(read(noun, language)).toContain('{{handlerContact}}');
  }
});

const shapeOf = (line: string): string => (line === '' ? '' : (/^(# |## |- |\{\{models)/.exec(line)?.[0] ?? 'text'));
