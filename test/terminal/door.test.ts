import { describe, expect, it } from 'vitest';
import { GateFixture, HOLDER } from './gateFixture.ts';

const CARD = { format: 'uid', number: '0a' };

describe('a door', () => {
  it('locks again by itself when nobody goes through, and says that the access was not taken', async () => {
    const gate = await GateFixture.start();
    gate.reader.show(CARD);
    await gate.pass(5_100);
    expect(gate.relay).toBe('de-energised');
    expect(gate.recorded).toEqual(['access-granted', 'access-not-taken']);
  });

  it('locks as soon as it is opened, and calls when it is held open', async () => {
    const gate = await GateFixture.start();
    gate.reader.show(CARD);
    await gate.settle();
    gate.inputs.set('contact', true);
    await gate.settle();
    expect(gate.relay).toBe('de-energised');
    await gate.pass(20_100);
    expect(gate.view.door).toBe('held-open');
    expect(gate.recorded).toEqual(['access-granted', 'access-taken', 'door-held-open']);
  });

  it('that opens without anybody having been let in was forced', async () => {
    const gate = await GateFixture.start();
    gate.inputs.set('contact', true);
    await gate.settle();
    expect(gate.view.door).toBe('forced-open');
    expect(gate.recorded).toEqual(['door-forced-open']);
  });

  it('found open when its inputs are back was not forced, and is held open in its time', async () => {
    const gate = await GateFixture.start();
    gate.inputs.setLine('down');
    gate.inputs.set('contact', true);
    await gate.pass(60_000);
    gate.inputs.setLine('up');
    await gate.settle();
    expect(gate.view.door).toBe('open');
    expect(gate.terminal.alarms.shown).toEqual([]);
    await gate.pass(20_100);
    expect(gate.view.door).toBe('held-open');
    expect(gate.recorded).toEqual(['link-lost', 'door-found-open', 'link-restored', 'door-held-open']);
  });

  it('whose contact is seen again opens by force as before', async () => {
    const gate = await GateFixture.start();
    gate.inputs.setLine('down');
    gate.inputs.setLine('up');
    gate.inputs.set('contact', true);
    await gate.settle();
    expect(gate.view.door).toBe('forced-open');
  });

  it('found open while somebody may pass was opened by that person', async () => {
    const gate = await GateFixture.start();
    gate.inputs.setLine('down');
    gate.reader.show(CARD);
    await gate.settle();
    gate.inputs.set('contact', true);
    gate.inputs.setLine('up');
    await gate.settle();
    expect(gate.recorded).toContain('access-taken');
    expect(gate.recorded).not.toContain('door-found-open');
  });

  it('in a lock-down lets nobody in and everybody out', async () => {
    const gate = await GateFixture.start({ doorMode: 'locked-down' });
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'door-closed-to-all' });
    expect(gate.relay).toBe('de-energised');
    gate.inputs.set('rex', true);
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });

  it('kept unlocked by its mode stands unlocked from the start', async () => {
    const gate = await GateFixture.start({ doorMode: 'unlocked' });
    expect(gate.relay).toBe('energised');
    await gate.pass(60_000);
    expect(gate.relay).toBe('energised');
  });

  it('stays unlocked as long as there is fire, whatever cards are shown', async () => {
    const gate = await GateFixture.start();
    gate.inputs.set('fire', true);
    gate.reader.show(CARD);
    await gate.pass(20_000);
    expect(gate.relay).toBe('energised');
    gate.inputs.set('fire', false);
    await gate.settle();
    expect(gate.relay).toBe('de-energised');
    expect(gate.recorded).toContain('fire-cleared');
  });
});

describe('a lock-down that falls after the decision', () => {
  const denial = { kind: 'access-denied', accessPoint: 'entrance', reason: 'locked-down' };

  it('and before its entry is on the disk keeps the door locked, and nobody is told "granted"', async () => {
    const gate = await GateFixture.start();
    const screens: string[] = [];
    gate.terminal.kiosk.subscribe(({ screen }) => screens.push(screen.kind));
    gate.journal.stick();
    gate.reader.show(CARD);
    await gate.settle();
    gate.door.setMode('locked-down');
    gate.journal.unstick();
    await gate.settle();
    expect(gate.relay).toBe('de-energised');
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'door-closed-to-all' });
    expect(screens).not.toContain('granted');
    expect(gate.recorded).toEqual(['access-granted', 'mode-changed', 'access-not-taken', 'access-denied']);
    expect(gate.journal.recorded.at(-1)).toMatchObject({ event: denial, subject: HOLDER });
  });

  it('and while the strike is driven ends the access, also where it is lifted again at once', async () => {
    for (const after of ['locked-down', 'normal'] as const) {
      const gate = await GateFixture.start();
      const screens: string[] = [];
      gate.terminal.kiosk.subscribe(({ screen }) => screens.push(screen.kind));
      const unlocking = gate.board.onMove(() => {
        unlocking[Symbol.dispose]();
        queueMicrotask(() => {
          gate.door.setMode('locked-down');
          gate.door.setMode(after);
        });
      });
      gate.reader.show(CARD);
      await gate.settle();
      expect(gate.relay).toBe('de-energised');
      expect(gate.screen).toEqual({ kind: 'denied', reason: 'door-closed-to-all' });
      expect(screens).not.toContain('granted');
      expect(gate.journal.recorded.at(-1)).toMatchObject({ event: denial, subject: HOLDER });
    }
  });

  it('is refused in words also where fire holds the door open', async () => {
    const gate = await GateFixture.start();
    gate.journal.stick();
    gate.reader.show(CARD);
    await gate.settle();
    gate.inputs.set('fire', true);
    gate.door.setMode('locked-down');
    gate.journal.unstick();
    await gate.settle();
    expect(gate.relay).toBe('energised');
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'door-closed-to-all' });
  });

  it('and is over before the entry is on the disk has closed the door to nobody', async () => {
    const gate = await GateFixture.start();
    gate.journal.stick();
    gate.reader.show(CARD);
    await gate.settle();
    gate.door.setMode('locked-down');
    gate.door.setMode('normal');
    gate.journal.unstick();
    await gate.settle();
    expect(gate.relay).toBe('energised');
    expect(gate.screen).toEqual({ kind: 'granted', by: 'card' });
  });
});

describe('a relay whose line is lost', () => {
  it('denies with a reason that helps, and records the loss', async () => {
    const gate = await GateFixture.start();
    gate.board.setLine('down');
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'gate-fault' });
    expect(gate.recorded).toContain('link-lost');
    expect(gate.recorded).toContain('strike-failed');
  });

  it('leaves the door locked for whoever was denied: a leaf that opens then was forced', async () => {
    const gate = await GateFixture.start();
    gate.board.setLine('down');
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.view.door).toBe('locked');
    gate.inputs.set('contact', true);
    await gate.settle();
    expect(gate.view.door).toBe('forced-open');
    await gate.pass(5_100);
    const told = gate.recorded.filter((kind) => kind !== 'strike-failed');
    expect(told).toEqual(['link-lost', 'access-granted', 'access-denied', 'door-forced-open']);
    expect(gate.journal.recorded.find(({ event }) => event.kind === 'access-denied')?.event).toMatchObject({
      reason: 'strike-unreachable',
    });
  });

  it('lets nobody take an access through a leaf that stands open either', async () => {
    const gate = await GateFixture.start();
    gate.reader.show(CARD);
    await gate.settle();
    gate.inputs.set('contact', true);
    await gate.pass(5_000);
    gate.board.setLine('down');
    gate.reader.show(CARD);
    await gate.settle();
    expect(gate.view.door).toBe('open');
    expect(gate.recorded.filter((kind) => kind === 'access-taken')).toHaveLength(1);
  });

  it('does not cut short the exit that began before its grant failed', async () => {
    const gate = await GateFixture.start();
    gate.inputs.set('rex', true);
    await gate.settle();
    gate.board.setLine('down');
    gate.reader.show(CARD);
    await gate.pass(1_000);
    gate.board.setLine('up');
    await gate.settle();
    expect(gate.relay).toBe('energised');
    await gate.pass(5_100);
    expect(gate.relay).toBe('de-energised');
    expect(gate.recorded).not.toContain('access-not-taken');
  });

  it('is driven to what the door demands when the line is back', async () => {
    const gate = await GateFixture.start();
    gate.board.setLine('down');
    gate.inputs.set('fire', true);
    await gate.settle();
    expect(gate.relay).toBe('de-energised');
    gate.board.setLine('up');
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });

  it('is not left unlocked when it is cut in the middle of a passage', async () => {
    const gate = await GateFixture.start();
    gate.reader.show(CARD);
    await gate.pass(1_000);
    gate.board.setLine('down');
    await gate.pass(10_000);
    expect(gate.relay).toBe('energised');
    gate.board.setLine('up');
    await gate.settle();
    expect(gate.relay).toBe('de-energised');
  });
});

describe('a gate that stops', () => {
  it('ends a running passage and leaves the door as fire and mode demand', async () => {
    const gate = await GateFixture.start();
    gate.reader.show(CARD);
    await gate.settle();
    await gate.terminal.stop();
    await gate.door.stop();
    expect(gate.relay).toBe('de-energised');
    expect(gate.terminal.gallery.people).toBe(0);
  });
});
