import { beforeEach, expect, it } from 'vitest';
import { Listeners } from '#core/kernel/listeners.ts';

let listeners: Listeners<[word: string]>;
let heard: string[];
const hears = (name: string) => listeners.add((word) => heard.push(`${name} ${word}`));

beforeEach(() => {
  [listeners, heard] = [new Listeners(), []];
});

it('whoever listens hears it in their order until they end it, and one function that listens twice is two', () => {
  const first = hears('first');
  const again = (word: string) => heard.push(`again ${word}`);
  const [once] = [listeners.add(again), listeners.add(again)];
  listeners.tell('one');
  first[Symbol.dispose]();
  once[Symbol.dispose]();
  once[Symbol.dispose]();
  listeners.tell('two');
  expect(heard).toEqual(['first one', 'again one', 'again one', 'again two']);
  expect(listeners.size).toBe(1);
  listeners.clear();
  listeners.tell('three');
  expect(heard).toHaveLength(4);
});

it('whoever ends it while it is told keeps nobody else from hearing it, and hears no more', () => {
  const own = listeners.add((word) => {
    heard.push(`once ${word}`);
    own[Symbol.dispose]();
  });
  hears('second');
  listeners.tell('one');
  listeners.tell('two');
  expect(heard).toEqual(['once one', 'second one', 'second two']);
});

it('who is ended by another while it is told hears it no more, and who begins then hears the next', () => {
  listeners.add(() => {
    second[Symbol.dispose]();
    if (listeners.size === 1) hears('new');
  });
  const second = hears('second');
  listeners.tell('one');
  expect(heard).toEqual([]);
  listeners.tell('two');
  expect(heard).toEqual(['new two']);
});

it('what a listener throws is thrown to whoever tells, and everybody still listens', () => {
  hears('first');
  listeners.add(() => {
    throw new Error('no paper');
  });
  hears('behind');
  expect(() => listeners.tell('one')).toThrow('no paper');
  expect(() => listeners.tell('two')).toThrow('no paper');
  expect(heard).toEqual(['first one', 'first two']);
});
