import { describe, expect, it } from 'vitest';
import { filesOfProject, readText, sourcesUnder } from './house.ts';
import { bannedWordsIn, testNamesIn, withBannedWords } from './words.ts';

const TEXT = /\.(?:ts|tsx|mts|mjs|js|css|html|json|ya?ml|md|txt)$/;

describe('the words', () => {
  it('of the product, its commands and its signs mean one thing each', () => {
    const files = filesOfProject().filter((path) => /^(?:app|scripts|signage)\//.test(path) && TEXT.test(path));
    expect(files.length, 'there are files to look at').toBeGreaterThan(50);
    expect(withBannedWords(files.map((path) => ({ path, text: readText(path) })))).toEqual([]);
  });

  it('of the documents do as well, outside quotations of others', () => {
    const documents = filesOfProject().filter((path) => /^[^/]+\.md$/.test(path));
    expect(documents).toContain('ARCHITECTURE.md');
    expect(withBannedWords(documents.map((path) => ({ path, text: readText(path) })))).toEqual([]);
  });

  it('of the tests are sentences about the door, in the same language', () => {
    const files = sourcesUnder('test').map(({ path, text }) => ({ path, text: testNamesIn(text).join('\n') }));
    expect(withBannedWords(files)).toEqual([]);
  });
});

describe('the check of words', () => {
  const banned = ['user', 'whitelist', 'blacklist', 'confidence', 'stranger'];

  it.each(banned.flatMap((word) => [word, `the ${word} there`, `${word}Name`, `last_${word}`, word.toUpperCase()]))(
    'finds the word number %#',
    (text) => {
      expect(bannedWordsIn(text)).toHaveLength(1);
    },
  );

  it('finds the two-word ones, with their line', () => {
    expect(bannedWordsIn(['ok', 'face id', 'const faceId = 1'].join('\n'))).toEqual(['2: face id', '3: face id']);
    expect(bannedWordsIn('the point of it')).toHaveLength(1);
    expect(bannedWordsIn('const point = 1')).toHaveLength(1);
  });

  it.each([
    'accessPoint',
    'an access point',
    'IdentificationPoint',
    'FivePoints',
    'operating point',
    'pointer',
    "app.getPath('userData')",
    '--user-data-dir=x',
    "'User-Agent'",
    'used',
    'confident',
  ])('lets "%s" pass', (text) => {
    expect(bannedWordsIn(text)).toEqual([]);
  });

  it('reads the sentences of tests, also of those that run over a table', () => {
    const text = [
      "describe('a', () => {",
      '  it("b c", f);',
      '  it.each([1])(`d %s`, f);',
      '  it.each<X>([',
      '    1,',
      "  ])('e', f);",
      "it('it\\'s', f)",
    ].join('\n');
    expect(testNamesIn(text).toSorted()).toEqual(['a', 'b c', 'd %s', 'e', "it\\'s"]);
  });
});
