import { describe, expect, it } from 'vitest';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { Json } from '#core/kernel/json.ts';
import { accessCommands } from '#service/control/accessCommands.ts';
import { faultOf } from '../../storage/support/faults.ts';
import { GateFixture, HOLDER } from '../../terminal/gateFixture.ts';
import { BACK, FRONT, hours, named, ruled, withBackDoor } from '../../terminal/ruledGate.ts';

const configured = (config: TerminalConfig): TerminalConfig => {
  const rules = ruled({
    place: { firstPerson: named('shop') },
    barrier: { interlock: 'air-lock' },
    access: { schedules: [hours('shop', 8, 18)] },
  });
  return rules(withBackDoor(config));
};

async function opened(): Promise<{ gate: GateFixture; ask: (name: string, given: object) => Promise<Json> }> {
  const gate = await GateFixture.start({ mode: 'no-face', configured });
  const commands = accessCommands(gate.terminal, gate.clock);
  return {
    gate,
    ask: async (name, given) => {
      const command = commands.find((one) => one.name === name);
      if (command === undefined) throw new Error(`no command ${name}`);
      return await command.run(given);
    },
  };
}

describe('what an operator orders', () => {
  it('is a mode of a door, for a time or until it is revoked, and is shown', async () => {
    const { gate, ask } = await opened();
    await ask('door-mode', { door: FRONT, mode: 'locked-down', minutes: 5 });
    expect(await ask('door-modes', {})).toMatchObject([
      { door: FRONT, mode: 'locked-down', by: 'operator', until: gate.clock.wall() + 300_000 },
      { door: BACK, mode: 'normal', by: 'nobody' },
    ]);
    await ask('door-mode-revoke', { door: FRONT });
    expect(gate.door.mode).toBe('normal');
    expect(gate.recorded.filter((kind) => kind === 'mode-set')).toHaveLength(2);
  });

  it('is the acknowledgement of an alarm', async () => {
    const { gate, ask } = await opened();
    gate.inputs.set('contact', true);
    gate.inputs.set('contact', false);
    expect(await ask('alarms', {})).toEqual([{ alarm: 'forced-open', place: FRONT, state: 'unseen' }]);
    expect(await ask('alarm-acknowledge', { alarm: 'forced-open', place: FRONT })).toEqual([]);
  });

  it('is an exception to a rule', async () => {
    const { gate, ask } = await opened();
    await ask('passback-reset', { whose: { kind: 'everybody' } });
    await ask('passback-excuse', { person: HOLDER });
    await ask('interlock-bypass', { door: BACK, seconds: 30 });
    await ask('first-person-reset', { accessPoint: 'entrance' });
    await gate.settle();
    expect(gate.recorded.filter((kind) => kind === 'passback-reset')).toHaveLength(2);
  });

  it.each([
    ['door-mode', { door: 'cellar', mode: 'unlocked' }, 'one of front, back'],
    ['door-mode', { door: FRONT, mode: 'ajar' }, 'what it takes'],
    ['door-mode', { door: FRONT, mode: 'unlocked', minutes: 0 }, 'what it takes'],
    ['alarm-acknowledge', { alarm: 'held-open', place: FRONT }, 'all is quiet'],
    ['interlock-bypass', { door: 'cellar', seconds: 5 }, 'one of front, back'],
    ['first-person-reset', { accessPoint: 'cellar' }, 'one of entrance'],
    ['passback-excuse', { person: 'somebody' }, 'what it takes'],
  ])('is refused where it makes no sense: %s %o', async (name, given, expected) => {
    const { ask } = await opened();
    expect((await faultOf(() => ask(name, given), 'command')).expected).toContain(expected);
  });
});
