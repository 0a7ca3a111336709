import { describe, expect, it } from 'vitest';
import type { AreaId } from '#core/kernel/ids.ts';
import { GateFixture, type FixtureOptions } from './gateFixture.ts';
import { card, somebody } from './people.ts';
import { ruled } from './ruledGate.ts';

const ANNA = somebody('anna', 'a1');
const crossing = { from: 'street' as AreaId, to: 'house' as AreaId };
const areas = [crossing.from, crossing.to];
const configured = ruled({ place: { antiPassback: { kind: 'hard', crossing } }, access: { areas } });
const OPTIONS: FixtureOptions = { mode: 'no-face', people: [ANNA], configured };

async function goIn(gate: GateFixture): Promise<void> {
  gate.reader.show(card('a1'));
  await gate.settle();
  for (const open of [true, false]) gate.inputs.set('contact', open);
  await gate.pass(5_100);
}
const again = ({ journal, clock }: GateFixture): FixtureOptions => ({ ...OPTIONS, journal, clock });
const whereabouts = (gate: GateFixture) => gate.health.lines.find(({ part }) => part === 'whereabouts')?.level;

describe('whoever was inside before a restart', () => {
  it('is inside after it', async () => {
    const before = await GateFixture.start(OPTIONS);
    await goIn(before);
    const gate = await GateFixture.start(again(before));
    expect(whereabouts(gate)).toBe('ok');
    gate.reader.show(card('a1'));
    await gate.settle();
    expect(gate.journal.recorded.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: 'access-denied', reason: 'passed-back' }),
    );
  });

  it('is let in all the same while the journal is still being read', async () => {
    const before = await GateFixture.start(OPTIONS);
    await goIn(before);
    const gate = await GateFixture.assembled(again(before));
    const read = Promise.withResolvers<void>();
    const search = gate.journal.search.bind(gate.journal);
    gate.journal.search = async (...asked) => {
      await read.promise;
      return search(...asked);
    };
    gate.terminal.start();
    await goIn(gate);
    expect(gate.screen).toEqual({ kind: 'idle' });
    expect(gate.recorded.filter((kind) => kind === 'access-taken')).toHaveLength(2);
    read.resolve();
    await gate.settle();
    gate.reader.show(card('a1'));
    await gate.settle();
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'ask-staff' });
  });

  it('stays forgotten where an operator said so while the journal was read', async () => {
    const before = await GateFixture.start(OPTIONS);
    await goIn(before);
    const gate = await GateFixture.assembled(again(before));
    gate.terminal.start();
    gate.terminal.rules.resetAntiPassback({ kind: 'holder', holder: ANNA.cardholder.pseudonym });
    await gate.settle();
    gate.reader.show(card('a1'));
    await gate.settle();
    expect(gate.relay).toBe('energised');
    const next = await GateFixture.start(again(gate));
    next.reader.show(card('a1'));
    await next.settle();
    expect(next.relay).toBe('energised');
  });

  it('is nowhere after a day', async () => {
    const before = await GateFixture.start(OPTIONS);
    await goIn(before);
    before.clock.advance(24 * 3_600_000);
    const gate = await GateFixture.start(again(before));
    gate.reader.show(card('a1'));
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });

  it('is nowhere where the journal cannot be read, and the health page says so', async () => {
    const before = await GateFixture.start(OPTIONS);
    await goIn(before);
    before.journal.failToRead();
    const gate = await GateFixture.start(again(before));
    expect(whereabouts(gate)).toBe('warning');
    gate.reader.show(card('a1'));
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });
});

it('a gate without such a rule reads nothing of where people were', async () => {
  const gate = await GateFixture.assembled({ mode: 'no-face', people: [ANNA] });
  let asked = 0;
  const search = gate.journal.search.bind(gate.journal);
  gate.journal.search = (query, ...others) => {
    if (query.subjects !== undefined) asked++;
    return search(query, ...others);
  };
  gate.terminal.start();
  await gate.settle();
  expect([asked, whereabouts(gate)]).toEqual([0, undefined]);
});
