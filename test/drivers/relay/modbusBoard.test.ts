import { describe, expect, it } from 'vitest';
import { millis } from '#core/kernel/units.ts';
import { LEVELS_EVERY_MS } from '#drivers/relay/answeringLine.ts';
import { spelt } from '#drivers/serial/hex.ts';
import { modbusRig } from './answeringRigs.ts';
import { letGoBy, linkOf } from './boardRig.ts';
import { describeRelayBoard } from './relayBoardContract.ts';

describeRelayBoard('Modbus that times pulses, over a serial line', () => modbusRig({ dialect: 'waveshare' }));
describeRelayBoard('Modbus whose timers run on when it is told a level, over a serial line', () =>
  modbusRig({ dialect: 'waveshare', keepsTimers: true }),
);
describeRelayBoard('Modbus without pulses, over a serial line', () => modbusRig({ dialect: 'plain' }));
describeRelayBoard('Modbus of the old kind, over a serial line', () => modbusRig({ dialect: 'value-0100' }));

describe('a Modbus board', () => {
  it('on a line that hears itself is driven as on any other, and dead all the same when it is dead', async () => {
    await using rig = await modbusRig({ dialect: 'plain' });
    rig.emulator.line.manner = { kind: 'echoing' };
    await rig.pass(LEVELS_EVERY_MS);
    expect(await rig.board.strike(1).drive('energised', 'until-driven')).toBe('confirmed');
    expect(rig.level(1)).toBe('energised');
    rig.emulator.modbus.dead = true;
    const drive = rig.board.strike(1).drive('de-energised', 'until-driven');
    const refused = drive.catch((thrown: unknown) => thrown);
    const down = linkOf(rig.board, 'down');
    await letGoBy(rig.clock, 10, () => rig.board.link === 'down');
    expect(await refused).toMatchObject({ code: 'relay' });
    expect(await down).toContain('address 1');
  });

  it('that refuses a level says why, and stays up', async () => {
    await using rig = await modbusRig({ dialect: 'plain' });
    rig.emulator.modbus.refuses.set(0x05, 4);
    await expect(rig.board.strike(1).drive('energised', 'until-driven')).rejects.toMatchObject({
      code: 'relay',
      found: 'exception 4 (failed at it)',
    });
    expect(rig.board.link).toBe('up');
  });

  it('that knows no pulse is driven to and fro instead: an exit button works at every board', async () => {
    await using rig = await modbusRig({ dialect: 'waveshare', speaks: 'plain' });
    expect(rig.board.timesPulses).toBe(true);
    expect(await rig.board.strike(1).drive('energised', millis(500))).toBe('confirmed');
    expect([rig.board.timesPulses, rig.level(1)]).toEqual([false, 'energised']);
    await rig.pass(500);
    await rig.until(() => rig.level(1) === 'de-energised');
  });

  it('ends a pulse with nobody at the other end of the line', async () => {
    await using rig = await modbusRig({ dialect: 'waveshare' });
    await rig.board.strike(1).drive('energised', millis(650));
    await rig.cut();
    rig.clock.advance(649);
    expect(rig.level(1)).toBe('energised');
    rig.clock.advance(51);
    expect(rig.level(1)).toBe('de-energised');
  });

  it('whose relays fell off for a moment counts as lost and found, so that its doors are driven anew', async () => {
    await using rig = await modbusRig({ dialect: 'plain' });
    await rig.board.strike(1).drive('energised', 'until-driven');
    const told: string[] = [];
    using _listening = rig.board.onLink((link, why) => told.push(`${link} ${why}`));
    await rig.pass(LEVELS_EVERY_MS);
    expect(told).toEqual([]);
    rig.emulator.losePower();
    await rig.pass(LEVELS_EVERY_MS);
    expect(told).toEqual([
      expect.stringContaining('down board channel 1: found a relay that is de-energised'),
      expect.stringContaining('up board answers'),
    ]);
  });

  it('has the bytes of its makers', async () => {
    await using rig = await modbusRig({ dialect: 'waveshare' });
    const asked: string[] = [];
    using _listening = rig.emulator.onAsked(({ address, called, data }) =>
      asked.push(spelt([address, called, ...data])),
    );
    await rig.board.strike(1).drive('energised', 'until-driven');
    await rig.board.strike(2).drive('de-energised', 'until-driven');
    await rig.board.strike(1).drive('energised', millis(700));
    await rig.board.strike(1).drive('de-energised', millis(700));
    expect(asked).toEqual(['01 05 00 00 FF 00', '01 05 00 01 00 00', '01 05 02 00 00 07', '01 05 04 00 00 07']);
  });
});
