import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fill, readBlocks } from '../../app/kiosk/documents/markdown.ts';

test('headings, paragraphs and lists are read, and nothing else is markup', () => {
  expect(readBlocks('# A\n\n## B\n\nc\nd\n\n- e\n- f\n\n<b>[g](h)</b>')).toEqual([
    { kind: 'title', text: 'A' },
    { kind: 'heading', text: 'B' },
    { kind: 'paragraph', text: 'c d' },
    { kind: 'list', items: ['e', 'f'] },
    { kind: 'paragraph', text: '<b>[g](h)</b>' },
  ]);
});

test('any text becomes blocks that hold its words and no more', () => {
  fc.assert(
    fc.property(fc.string(), (source) => {
      const words = readBlocks(source).flatMap((block) => (block.kind === 'list' ? block.items : [block.text]));
      const letters = (text: string): string => text.replace(/[\s#-]/g, '');
      expect(letters(words.join(''))).toBe(letters(source));
    }),
  );
});

test('a value cannot bring in another placeholder', () => {
  expect(fill('{{a}} {{b}} {{c}}', { a: '{{b}}', b: 'x' })).toBe('{{b}} x {{c}}');
});
