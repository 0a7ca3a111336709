import { describe, expect, it } from 'vitest';
import type { AreaId } from '#core/kernel/ids.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { GateFixture, type FixtureOptions } from './gateFixture.ts';
import { card, somebody } from './people.ts';
import { LANE, LANE_IN, LANE_OUT, placed, withTurnstile } from './ruledGate.ts';

const ANNA = somebody('anna', 'a1');
const BEN = somebody('ben', 'b1');
const [ENTRY, EXIT, ARMS] = [3, 4, 5];

const start = (options: FixtureOptions = {}) =>
  GateFixture.start({ mode: 'no-face', people: [ANNA, BEN], configured: withTurnstile, ...options });
const lane = (gate: GateFixture) => gate.inputsOf(LANE);
const through = (gate: GateFixture, way: 'entry' | 'exit') => {
  lane(gate).set(`passed-${way}`, true);
  lane(gate).set(`passed-${way}`, false);
};
const levels = (gate: GateFixture) => [ENTRY, EXIT, ARMS].map((channel) => gate.board.level(channel));
const told = (gate: GateFixture) =>
  gate.journal.recorded.flatMap(({ event }) => (event.kind === 'turnstile' ? [event.event] : []));
async function show(gate: GateFixture, number: string, at = LANE_IN): Promise<void> {
  gate.readerAt(at).show(card(number));
  await gate.settle();
}

describe('a turnstile', () => {
  it('lets one person through by the way that was asked for, and locks behind them', async () => {
    const gate = await start();
    await show(gate, 'a1');
    expect(levels(gate)).toEqual(['energised', 'de-energised', 'de-energised']);
    through(gate, 'entry');
    await gate.settle();
    expect(levels(gate)).toEqual(['de-energised', 'de-energised', 'de-energised']);
    expect(told(gate)).toEqual(['access-taken']);
    await show(gate, 'a1', LANE_OUT);
    expect(levels(gate)).toEqual(['de-energised', 'energised', 'de-energised']);
  });

  it('tells of each grant whether it was taken', async () => {
    const gate = await start();
    await show(gate, 'a1');
    await show(gate, 'b1');
    through(gate, 'entry');
    await gate.pass(7_000);
    expect(told(gate)).toEqual(['access-taken', 'access-not-taken']);
  });

  it('raises an alarm where somebody goes through by force, or against the way that is open', async () => {
    const gate = await start();
    through(gate, 'entry');
    await show(gate, 'a1');
    through(gate, 'exit');
    await gate.settle();
    expect(told(gate)).toEqual(['passage-forced', 'passage-wrong-direction']);
    expect(gate.terminal.alarms.shown).toEqual([{ alarm: 'passage-forced', place: LANE, state: 'unseen' }]);
  });

  it.each(['fire', 'emergency'] as const)(
    'drops its arms and opens both ways on %s, locked down or not',
    async (input) => {
      const gate = await start();
      gate.terminal.modes.order(LANE, { mode: 'locked-down', until: 'revoked' });
      lane(gate).set(input, true);
      await gate.settle();
      expect(levels(gate)).toEqual(['energised', 'energised', 'energised']);
      lane(gate).set(input, false);
      await gate.settle();
      expect(levels(gate)).toEqual(['de-energised', 'de-energised', 'de-energised']);
    },
  );

  it('refuses entry in a lock-down, and lets everybody leave', async () => {
    const gate = await start();
    gate.terminal.modes.order(LANE, { mode: 'locked-down', until: 'revoked' });
    await show(gate, 'a1');
    expect(levels(gate)[0]).toBe('de-energised');
    lane(gate).set('rex', true);
    await gate.settle();
    expect(levels(gate)[1]).toBe('energised');
  });

  it('whose arms stand half turned when its inputs are back has let nobody through', async () => {
    const gate = await start({ configured: withTurnstile });
    lane(gate).setLine('down');
    lane(gate).set('passed-entry', true);
    lane(gate).setLine('up');
    await gate.settle();
    expect([told(gate), gate.terminal.alarms.shown]).toEqual([[], []]);
    lane(gate).set('passed-entry', false);
    through(gate, 'entry');
    await gate.settle();
    expect(told(gate)).toEqual(['passage-forced']);
  });

  it('lets whoever has a card out in a lock-down as well, and nobody in', async () => {
    const gate = await start();
    gate.terminal.modes.order(LANE, { mode: 'locked-down', until: 'revoked' });
    await show(gate, 'a1');
    expect(levels(gate)).toEqual(['de-energised', 'de-energised', 'de-energised']);
    await show(gate, 'a1', LANE_OUT);
    expect(levels(gate)).toEqual(['de-energised', 'energised', 'de-energised']);
  });

  it('whose exit is free stands open to whoever leaves', async () => {
    const configured = (config: TerminalConfig): TerminalConfig => {
      const ways = withTurnstile(config);
      return { ...ways, turnstiles: ways.turnstiles.map((one) => ({ ...one, exit: 'free' })) };
    };
    const gate = await start({ configured });
    expect(levels(gate)).toEqual(['de-energised', 'energised', 'de-energised']);
    through(gate, 'exit');
    await gate.settle();
    expect([told(gate), gate.terminal.alarms.shown]).toEqual([[], []]);
  });

  it('whose line was cut in a grant denies it, holds nobody’s area, and works when it is back', async () => {
    const areas = { from: 'street' as AreaId, to: 'house' as AreaId };
    const configured = (config: TerminalConfig): TerminalConfig =>
      placed(LANE_IN, { antiPassback: { kind: 'hard', crossing: areas } })(withTurnstile(config));
    const gate = await start({ configured });
    gate.board.setLine('down');
    await show(gate, 'a1');
    expect(gate.journal.recorded.at(-1)?.event).toMatchObject({ reason: 'strike-unreachable' });
    gate.board.setLine('up');
    await gate.settle();
    await show(gate, 'a1');
    through(gate, 'entry');
    await gate.settle();
    await show(gate, 'a1');
    expect(gate.journal.recorded.map(({ event }) => event)).toContainEqual({
      kind: 'access-denied',
      accessPoint: LANE_IN,
      reason: 'passed-back',
    });
  });
});
