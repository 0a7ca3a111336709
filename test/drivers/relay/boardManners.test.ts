import { afterEach, describe, expect, it } from 'vitest';
import { millis } from '#core/kernel/units.ts';
import { LEVELS_EVERY_MS } from '#drivers/relay/answeringLine.ts';
import { modbusRig, ownLineRig, type AnsweringRig } from './answeringRigs.ts';
import { letGoBy, linkOf } from './boardRig.ts';

const MAKES: Readonly<Record<string, () => Promise<AnsweringRig>>> = {
  'Modbus that times pulses': () => modbusRig({ dialect: 'waveshare' }),
  'Modbus of the old kind': () => modbusRig({ dialect: 'value-0100' }),
  'KMTronic with eight channels': () => ownLineRig('kmtronic', 8),
  'Numato with two channels': () => ownLineRig('numato', 2),
};

/** Everything that real lines and boards do to an answer. */
const NOISE = Uint8Array.of(0x00, 0x01, 0xff, 0x05, 0x81, 0x3e, 0x0a);

describe.each(Object.entries(MAKES))('a board that answers: %s', (_make, makeRig) => {
  let rig: AnsweringRig;
  const begin = async (): Promise<AnsweringRig> => (rig = await makeRig());
  afterEach(() => rig[Symbol.asyncDispose]());
  /** Drives, and lets time go by in steps until that has an outcome. */
  const driven = async (stepMs: number): Promise<unknown> => {
    const drive = rig.board.strike(1).drive('energised', millis(500));
    const outcome = drive.catch((thrown: unknown) => thrown);
    let over = false;
    void outcome.then(() => (over = true));
    await letGoBy(rig.clock, stepMs, () => over);
    return outcome;
  };

  it('is understood when its answers come in single bytes, and when they come late', async () => {
    await begin();
    rig.emulator.line.manner = { kind: 'in-pieces' };
    expect(await driven(0)).toBe('confirmed');
    rig.emulator.line.manner = { kind: 'slow', byMs: millis(60) };
    expect(await driven(1)).toBe('confirmed');
    rig.emulator.line.manner = { kind: 'prompt' };
    expect(rig.board.link).toBe('up');
  });

  it('that says nothing is a fault with its name, and down until it answers again', async () => {
    await begin();
    rig.emulator.line.manner = { kind: 'silent' };
    const down = linkOf(rig.board, 'down');
    expect(await driven(10)).toMatchObject({ code: 'relay', found: expect.stringMatching(/^no answer to .* within/) });
    expect(await down).toContain('board');
    await expect(rig.board.strike(2).drive('energised', millis(500))).rejects.toMatchObject({ code: 'relay' });
    rig.emulator.line.manner = { kind: 'prompt' };
    const up = linkOf(rig.board, 'up');
    await letGoBy(rig.clock, 10, () => rig.board.link === 'up');
    expect(await up).toContain('answers');
    await rig.until(() => rig.level(1) === 'de-energised');
  });

  it('whose answers are garbage is a fault, and no drive counts as confirmed by one', async () => {
    await begin();
    rig.emulator.line.manner = { kind: 'changed', change: (bytes) => bytes.map((byte) => byte ^ 0x44) };
    expect(await driven(10)).toMatchObject({ code: 'relay', found: expect.stringContaining('that are no answer to') });
    expect(rig.board.link).toBe('down');
  });

  it('that is no longer asked by anybody is found dead within seconds', async () => {
    await begin();
    rig.emulator.line.manner = { kind: 'silent' };
    const down = linkOf(rig.board, 'down');
    rig.clock.advance(LEVELS_EVERY_MS);
    // Slower than the machine may be at writing: a stuck write would be another fault.
    await letGoBy(rig.clock, 3, () => rig.board.link === 'down');
    expect(await down).toContain('no answer');
  });

  it('never counts what noise says for its answer', async () => {
    await begin();
    rig.emulator.line.manner = { kind: 'noisy', noise: NOISE };
    const outcome = await driven(10);
    // Frames with a sum are found behind noise; where there is none, nothing is believed.
    if (outcome !== 'confirmed') expect(outcome).toMatchObject({ code: 'relay' });
  });
});
