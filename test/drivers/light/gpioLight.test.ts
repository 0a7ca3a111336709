import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { millis } from '#core/kernel/units.ts';
import { GPIO } from '#drivers/light/gpioAbi.ts';
import { GpioLight, type GpioLightParts } from '#drivers/light/gpioLight.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { BUILD_MS_MAX, CHIP, GpioChip } from './gpioChip.ts';
import { describeLight, type LightRig } from './lightContract.ts';

const LINE = 17;

let chip: GpioChip;
beforeAll(() => {
  chip = new GpioChip();
}, BUILD_MS_MAX);
afterAll(() => chip[Symbol.dispose]());
beforeEach(() => chip.reset());

const lightOn = (changed: Partial<GpioLightParts> = {}): GpioLight =>
  new GpioLight({ chip: CHIP, line: LINE, active: 'high', clock: new FakeClock(), libc: chip.libc, ...changed });

function rigOf(active: 'high' | 'low'): LightRig {
  chip.leave(LINE, active);
  const clock = new FakeClock();
  const light = lightOn({ active, clock });
  return {
    light,
    clock,
    isLit: () => chip.level(LINE) === active,
    cut: () => chip.unplug(true),
    mend: () => chip.unplug(false),
    [Symbol.dispose]: () => light.close(),
  };
}

describeLight('a GPIO line that is lit when it is high', () => rigOf('high'));
describeLight('a GPIO line that is lit when it is low', () => rigOf('low'));

describe('a light on a GPIO line', () => {
  it("is told in the bytes and numbers of the kernel's own header", () => {
    expect(chip.layout()).toEqual(GPIO);
  });

  it('takes nothing before its first order, holds its line while it is dark, and gives it back in the end', async () => {
    const light = lightOn();
    expect(chip.isHeld(LINE)).toBe(false);
    await light.shine(millis(4_000));
    await light.darken();
    expect([chip.isHeld(LINE), chip.filesOpen]).toEqual([true, 0]);
    await light.shine(millis(4_000));
    light.close();
    expect([chip.isHeld(LINE), chip.level(LINE)]).toEqual([false, 'low']);
    light.close();
  });

  it('moves the line that it names and no other, also the first and the last of its chip', async () => {
    await lightOn({ line: 0, active: 'low' }).shine(millis(4_000));
    await lightOn({ line: 31 }).shine(millis(4_000));
    const changed = Array.from({ length: 32 }, (_, line) => line).filter((line) => chip.isHeld(line));
    expect(changed).toEqual([0, 31]);
    expect([chip.level(0), chip.level(31)]).toEqual(['low', 'high']);
  });

  it('says what is wrong: no chip, no permission, another file, no such line, in use, an old kernel', async () => {
    const saysOf = (changed: Partial<GpioLightParts> = {}): Promise<string> =>
      lightOn(changed)
        .darken()
        .then(() => 'nothing', String);
    expect(await saysOf({ chip: '/dev/gpiochip7' })).toMatch(/gpiochip7: found no such device/);
    expect(await saysOf({ chip: '/dev/null' })).toMatch(/no GPIO chip/);
    expect(await saysOf({ line: 32 })).toMatch(/line 32: found a chip with 32 lines, expected a line from 0 to 31/);
    chip.take(LINE, 'leds');
    expect(await saysOf()).toMatch(
      /line 17: found that "leds" has it \(EBUSY\), expected a line that nobody else uses/,
    );
    chip.take(LINE + 1, '');
    expect(await saysOf({ line: LINE + 1 })).toMatch(/another program has it/);
    chip.growOld();
    expect(await saysOf()).toMatch(/EINVAL.*5\.10/);
    chip.deny();
    expect(await saysOf()).toMatch(/no permission.*group/);
    chip.reset();
    expect([await saysOf(), chip.filesOpen]).toEqual(['nothing', 0]);
  });

  it('says so on this machine too, where a file is no chip and where there is none', async () => {
    const real = { clock: new FakeClock(), line: 0, active: 'high' } as const;
    await expect(new GpioLight({ ...real, chip: '/dev/null' }).darken()).rejects.toThrow(/no GPIO chip \(ENOTTY\)/);
    await expect(new GpioLight({ ...real, chip: '/dev/gpiochip-none' }).darken()).rejects.toThrow(/ENOENT/);
  });
});
