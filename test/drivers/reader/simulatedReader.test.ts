import { expect, it } from 'vitest';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { SimulatedReader } from '#drivers/reader/simulatedReader.ts';
import { describeCardReader } from './cardReaderContract.ts';

describeCardReader('cards held by hand', () => {
  const reader = new SimulatedReader('entrance' as AccessPointId);
  const cards = [
    { format: 'H10301', number: '86f444' },
    { format: 'uid', number: '04a2001f' },
  ] as const;
  return Promise.resolve({
    reader,
    cards,
    hold: (which) => Promise.resolve(reader.show(cards[which])),
    takeAway: () => Promise.resolve(),
    spoil: () => Promise.resolve(reader.misread('a card that was bent')),
    cut: () => Promise.resolve(reader.setLine('down')),
    mend: () => Promise.resolve(reader.setLine('up')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

const card = { format: 'H10301', number: '0086f444' };

it('a card held before the reader is read by whoever listens, until they stop', () => {
  const reader = new SimulatedReader('entrance' as AccessPointId);
  const read: string[] = [];
  const listening = reader.onCard(({ format, number }) => read.push(`${format} ${number}`));
  reader.show(card);
  listening[Symbol.dispose]();
  reader.show(card);
  expect(read).toEqual(['H10301 0086f444']);
});

it('a reader whose line is cut reads nothing, and says when its line goes and comes', () => {
  const reader = new SimulatedReader('entrance' as AccessPointId);
  const told: string[] = [];
  using _cards = reader.onCard(() => told.push('card'));
  using _links = reader.onLink((link) => told.push(link));
  reader.setLine('down');
  reader.setLine('down');
  reader.show(card);
  expect(reader.link).toBe('down');
  reader.setLine('up');
  reader.show(card);
  expect(told).toEqual(['down', 'up', 'card']);
});
