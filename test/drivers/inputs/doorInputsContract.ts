import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoorInput, DoorInputs } from '#core/ports/hardware.ts';
import type { WireState } from '#drivers/inputs/settle.ts';

/** Inputs of a door with `contact`, `rex`, `fire` and a `tamper` wire that is supervised, and their far end. */
export interface InputsRig extends AsyncDisposable {
  readonly inputs: DoorInputs;
  /** Moves a wire; resolves when whoever reads it has had the time to know. */
  put(input: DoorInput, state: WireState): Promise<void>;
  /** Resolve when the inputs know that nobody reads them, or that somebody does again. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** What the inputs of every door promise, whoever reads them. */
export function describeDoorInputs(name: string, makeRig: () => Promise<InputsRig>): void {
  let rig: InputsRig;
  let told: string[];
  beforeEach(async () => {
    rig = await makeRig();
    told = [];
    rig.inputs.onChange((input, active) => told.push(`${input} ${active ? 'on' : 'off'}`));
    rig.inputs.onState((input, state) => told.push(`${input} is ${state}`));
    rig.inputs.onLink((link, why) => told.push(`${link} ${why.length > 0}`));
  });
  afterEach(() => rig[Symbol.asyncDispose]());

  describe(`the inputs of a door: ${name}`, () => {
    it('are known from the start', () => {
      expect([...rig.inputs.fitted].toSorted()).toEqual(['contact', 'fire', 'rex', 'tamper']);
      for (const input of rig.inputs.fitted)
        expect([rig.inputs.read(input), rig.inputs.state(input)]).toEqual([false, 'normal']);
      expect(rig.inputs.link).toBe('up');
    });

    it('are told once when they move and stay so until they move back', async () => {
      await rig.put('contact', 'active');
      await rig.put('contact', 'active');
      expect([rig.inputs.read('contact'), rig.inputs.state('contact')]).toEqual([true, 'active']);
      await rig.put('contact', 'normal');
      expect(rig.inputs.read('contact')).toBe(false);
      expect(told).toEqual(['contact on', 'contact is active', 'contact off', 'contact is normal']);
    });

    it('that are not wired never change', () => {
      expect([rig.inputs.read('free-1'), rig.inputs.state('free-1')]).toEqual([false, 'normal']);
    });

    it('say that a supervised wire was cut or shorted, which moves nothing', async () => {
      await rig.put('tamper', 'active');
      await rig.put('tamper', 'cut');
      await rig.put('tamper', 'short');
      expect([rig.inputs.read('tamper'), rig.inputs.state('tamper')]).toEqual([true, 'short']);
      await rig.put('tamper', 'normal');
      expect(told).toEqual([
        'tamper on',
        'tamper is active',
        'tamper is cut',
        'tamper is short',
        'tamper off',
        'tamper is normal',
      ]);
    });

    it('are unknown while nobody reads them, and a fire burns on until somebody knows better', async () => {
      await rig.put('fire', 'active');
      await rig.cut();
      expect([rig.inputs.link, rig.inputs.state('fire'), rig.inputs.state('rex')]).toEqual([
        'down',
        'unknown',
        'unknown',
      ]);
      expect([rig.inputs.read('fire'), rig.inputs.read('rex')]).toEqual([true, false]);
      expect(told.filter((line) => /on$|off$/.test(line))).toEqual(['fire on']);
      expect(told.filter((line) => line.startsWith('down'))).toEqual(['down true']);
      await rig.mend();
      expect([rig.inputs.link, rig.inputs.read('fire'), rig.inputs.state('fire')]).toEqual(['up', true, 'active']);
      await rig.put('fire', 'normal');
      expect(told.filter((line) => /on$|off$/.test(line))).toEqual(['fire on', 'fire off']);
    });

    it('that moved while nobody read them are told when somebody does again', async () => {
      await rig.cut();
      await rig.put('contact', 'active');
      expect(told).not.toContain('contact on');
      await rig.mend();
      // The line is back; what stands on it counts as soon as it has stood there long enough.
      await rig.put('contact', 'active');
      expect(rig.inputs.read('contact')).toBe(true);
      expect(told.filter((line) => line === 'contact on')).toEqual(['contact on']);
    });

    it('are told to nobody who no longer listens', async () => {
      let heard = 0;
      rig.inputs.onChange(() => heard++)[Symbol.dispose]();
      rig.inputs.onState(() => heard++)[Symbol.dispose]();
      await rig.put('rex', 'active');
      expect(heard).toBe(0);
    });
  });
}
