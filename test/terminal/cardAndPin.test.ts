import { describe, expect, it } from 'vitest';
import { JOURNAL_APPEND_MS_MAX } from '#core/journal/entry.ts';
import { GateFixture } from './gateFixture.ts';

const CARD = { format: 'uid', number: '0a' };

describe('a card', () => {
  it('opens the door in the same moment in which it is shown', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look' });
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.relay).toBe('energised');
    expect(gate.screen).toEqual({ kind: 'granted', by: 'card' });
  });

  it('that nobody holds is refused and recorded without anybody', async () => {
    const gate = await GateFixture.start();
    gate.reader.show({ format: 'uid', number: 'ff' });
    await gate.settle();
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'unknown-card' });
    expect(gate.journal.recorded.at(-1)?.event).toMatchObject({ reason: 'unknown-card' });
    expect(gate.relay).toBe('de-energised');
  });

  it('whose validity has ended is refused', async () => {
    const gate = await GateFixture.start();
    await gate.settle();
    gate.clock.setWall(gate.clock.wall() + 25 * 3_600_000);
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'not-valid-now' });
  });

  it('works while nobody looks at a screen', async () => {
    const gate = await GateFixture.start();
    gate.terminal.kiosk.stop();
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });
});

describe('a personal number and its PIN', () => {
  it('open the door; the screen counts digits and never holds one', async () => {
    const gate = await GateFixture.start();
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    await gate.type('1001');
    expect(gate.screen).toEqual({ kind: 'pin', entering: 'pin', digits: 0, checking: false });
    gate.terminal.kiosk.command({ kind: 'press-digit', digit: 4 });
    expect(JSON.stringify(gate.view)).not.toContain('1001');
    expect(gate.screen).toMatchObject({ digits: 1 });
    await gate.type('80213');
    expect(gate.screen).toEqual({ kind: 'granted', by: 'pin' });
    expect(gate.relay).toBe('energised');
  });

  it('wrong three times lock the number out, right or wrong, and no other number', async () => {
    const gate = await GateFixture.start();
    for (let attempt = 0; attempt < 3; attempt++) {
      gate.terminal.kiosk.command({ kind: 'use-pin' });
      await gate.type('1001');
      await gate.type('000000');
      expect(gate.screen).toEqual({ kind: 'denied', reason: 'wrong-pin' });
    }
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    await gate.type('1001');
    await gate.type('480213');
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'locked-out' });
    await gate.pass(0);
    gate.clock.advance(300_001);
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    await gate.type('1001');
    await gate.type('480213');
    expect(gate.screen).toEqual({ kind: 'granted', by: 'pin' });
  });

  it('of a number that nobody has cost a verification all the same', async () => {
    const gate = await GateFixture.start();
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    await gate.type('4711');
    await gate.type('480213');
    // Once as it was typed, and once as somebody under duress would have typed it.
    expect(gate.hasher.verified).toBe(2);
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'wrong-pin' });
  });

  it('are forgotten when the person walks away', async () => {
    const gate = await GateFixture.start();
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    await gate.type('1001');
    await gate.pass(30_100);
    expect(gate.screen).toEqual({ kind: 'idle' });
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    expect(gate.screen).toEqual({ kind: 'pin', entering: 'personal-number', digits: 0, checking: false });
  });
});

describe('somebody who says no to faces', () => {
  it('is not looked at while they use the pad, and is not interrupted by a face behind them', async () => {
    const gate = await GateFixture.start();
    gate.camera.show('nobody-we-know');
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    const before = gate.engine.answered.detect;
    await gate.pass(3_000);
    expect(gate.engine.answered.detect).toBeLessThanOrEqual(before + 1);
    expect(gate.screen.kind).toBe('pin');
  });
});

describe('the journal before the strike', () => {
  it('nobody enters unrecorded: a stuck journal denies within its limit', async () => {
    const gate = await GateFixture.start();
    gate.journal.stick();
    gate.reader.show(CARD);
    await gate.pass(JOURNAL_APPEND_MS_MAX);
    expect(gate.relay).toBe('de-energised');
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'gate-fault' });
    expect(gate.health.lines.find(({ part }) => part === 'journal')?.level).toBe('failed');
    gate.journal.unstick();
    await gate.settle();
    expect(gate.relay).toBe('de-energised');
  });

  it('a full disk denies at once, and the gate recovers when there is room again', async () => {
    const gate = await GateFixture.start();
    gate.journal.fail();
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.relay).toBe('de-energised');
    gate.journal.recover();
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });

  it('leaving waits for nothing: exit button and fire unlock while the journal is stuck', async () => {
    const gate = await GateFixture.start();
    gate.journal.stick();
    gate.inputs.set('rex', true);
    await gate.settle();
    expect(gate.relay).toBe('energised');
    await gate.pass(5_100);
    expect(gate.relay).toBe('de-energised');
    gate.inputs.set('fire', true);
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });
});
