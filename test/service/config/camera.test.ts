import { describe, expect, it } from 'vitest';
import { libcameraCamera } from '#service/devices/libcameraCamera.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import type { HealthReport } from '#core/ports/health.ts';
import { LitCamera } from '#drivers/camera/litCamera.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { FakeLight } from '../../fakes/fakeLight.ts';
import { faultOf } from '../../storage/support/faults.ts';
import { parse } from './parse.ts';

const gate = (camera: string, zone = '{}'): string => `terminal: lobby
handler: { name: Handler, contact: privacy@handler.example }
data: data
key: root.key
kiosk: { access-point: entrance }
boards:
  - { id: lcus, driver: lcus, path: /dev/ttyUSB0, channels: 4 }
doors:
  - { id: front, lock: fail-secure, board: lcus, channel: 1, inputs: { driver: none } }
access-points:
  - { id: entrance, name: Entrance, door: front, camera: ${camera}, zone: ${zone}, reader: { driver: none } }
  - { id: exit, name: Exit, door: front, camera: { driver: libcamera, illuminator: { board: lcus, channel: 3 } }, reader: { driver: none } }
`;

const pointOf = (camera: string, zone?: string, simulated = false) => {
  const [first] = parse(gate(camera, zone), simulated).accessPoints;
  return first!;
};

describe('a camera in the configuration', () => {
  it('is the first one of the machine unless it says otherwise', () => {
    expect(pointOf('{ driver: libcamera }').camera).toEqual({
      driver: 'libcamera',
      id: '',
      width: 1280,
      height: 720,
      framesPerSecond: 30,
      idleFramesPerSecond: 5,
      rotation: 0,
      mirror: false,
      crop: { left: 0, top: 0, right: 1, bottom: 1 },
      picture: {},
    });
  });

  it('hands out its zone and a margin alone, in which the zone lies where it was', () => {
    const { camera, zone } = pointOf(
      '{ driver: libcamera }',
      '{ left: 0.4, right: 0.6, top: 0.5, bottom: 1, face-width-min: 0.2 }',
    );
    const crop = 'crop' in camera ? camera.crop : undefined;
    expect(crop).toEqual({ left: 0.25, right: 0.75, top: 0.35, bottom: 1 });
    expect(zone.left).toBeCloseTo(0.3);
    expect(zone.right).toBeCloseTo(0.7);
    expect(zone.top).toBeCloseTo(0.15 / 0.65);
    expect(zone.bottom).toBeCloseTo(1);
    expect(zone.faceWidthMin).toBeCloseTo(0.4);
  });

  it('is refused with an odd size, an unknown turn, or a light that would unlock a door', async () => {
    for (const [camera, says] of [
      ['{ driver: libcamera, width: 641 }', 'width'],
      ['{ driver: libcamera, rotation: 45 }', 'rotation'],
      ['{ driver: libcamera, illuminator: { board: lcus, channel: 1 } }', 'lcus channel 1 again'],
      ['{ driver: libcamera, illuminator: { board: lcus, channel: 3 } }', 'lcus channel 3 again'],
      ['{ driver: libcamera, illuminator: { board: lcus, channel: 9 } }', '1 to 4'],
      ['{ driver: libcamera, illuminator: { board: none, channel: 1 } }', 'one of lcus'],
    ] as const) {
      const fault = await faultOf(() => parse(gate(camera)));
      expect(fault.message).toContain(says);
    }
  });

  it('takes its picture as it is told to, and refuses what no camera can do', async () => {
    const fixed = 'exposure-us: 8000, gain: 2.5, white-balance-kelvin: 4500';
    const { camera } = pointOf(`{ driver: libcamera, ${fixed} }`);
    expect(camera).toMatchObject({ picture: { exposureMicros: 8_000, gain: 2.5, whiteKelvin: 4_500 } });
    const biased = pointOf('{ driver: libcamera, exposure-bias-stops: -0.5 }').camera;
    expect(biased).toMatchObject({ picture: { bias: -0.5 } });
    for (const [settings, says] of [
      ['exposure-us: 40000', /line 11, .*exposure-us: found 40000, expected at most 33333, .* 30 a second/],
      [`${fixed}, exposure-bias-stops: 1`, /exposure-bias-stops: found 1, expected no bias/],
      ['exposure-us: 5', /exposure-us: found 5/],
      ['gain: 0', /gain: found 0/],
      ['exposure-bias-stops: 3', /exposure-bias-stops: found 3/],
      ['white-balance-kelvin: 500', /white-balance-kelvin: found 500/],
    ] as const) {
      const fault = await faultOf(() => parse(gate(`{ driver: libcamera, ${settings} }`)));
      expect(fault.message).toMatch(says);
    }
  });

  it('has its light on a relay or on a GPIO line, and on nothing that somebody else has', async () => {
    const lightOf = (light: string) => pointOf(`{ driver: libcamera, illuminator: { ${light} } }`).camera;
    const gpio = 'gpio: /dev/gpiochip0, line: 17';
    expect(lightOf(gpio)).toMatchObject({
      illuminator: { kind: 'gpio', chip: '/dev/gpiochip0', line: 17, active: 'high' },
    });
    expect(lightOf(`${gpio}, active: low`)).toMatchObject({ illuminator: { active: 'low' } });
    expect(lightOf('board: lcus, channel: 2')).toMatchObject({
      illuminator: { kind: 'relay', board: 'lcus', channel: 2 },
    });
    for (const [light, says] of [
      ['', /line 11, .*illuminator: found neither relay nor GPIO line, expected either/],
      [`board: lcus, ${gpio}`, /line 11, .*illuminator: found a relay and a GPIO line/],
      ['board: lcus, channel: 2, active: low', /found a relay and a GPIO line/],
      ['channel: 2', /half a relay/],
      ['line: 17', /half a GPIO line/],
      ['gpio: /dev/gpiochip0, line: -1', /line 11, .*illuminator.line: found -1/],
      ['gpio: /dev/gpiochip0, line: 2000', /illuminator.line: found 2000/],
      ['gpio: gpiochip0, line: 1', /such as \/dev\/gpiochip0/],
      ['board: lcus, channel: 4', /lcus channel 4 again/],
    ] as const) {
      const camera = `{ driver: libcamera, illuminator: { ${light} } }`;
      const siren = 'alarms: { siren: { board: lcus, relay: 4 } }\n';
      const fault = await faultOf(() => parse(`${gate(camera)}${siren}`));
      expect(fault.message).toMatch(says);
    }
    const twice = gate(`{ driver: libcamera, illuminator: { ${gpio} } }`).replace('board: lcus, channel: 3', gpio);
    expect((await faultOf(() => parse(twice))).message).toMatch(/exit.*line: found \/dev\/gpiochip0 line 17 again/);
  });

  it('has no real light in a simulated gate', async () => {
    const light = '{ driver: libcamera-files, illuminator: { gpio: /dev/gpiochip0, line: 17 } }';
    const fault = await faultOf(() => parse(gate(light), true));
    expect(fault.message).toMatch(/line 11, .*illuminator.gpio: found \/dev\/gpiochip0.*without --simulated/);
  });

  it('is no picture from a file at a real door', async () => {
    const files = '{ driver: libcamera-files, id: pictures }';
    const fault = await faultOf(() => parse(gate(files)));
    expect(fault.message).toContain('--simulated');
  });

  it('stands with its light, which is told of by itself, and is not opened before somebody looks', async () => {
    const { health, camera, clock, light } = await litCamera(gate('{ driver: none }'));
    expect(camera).toBeInstanceOf(LitCamera);
    expect([camera.name, clock.waiting]).toEqual(['camera at exit', 0]);
    expect(health).toEqual([{ part: 'light at exit', level: 'ok', says: 'answers' }]);
    expect(light.isLit).toBe(false);
  });

  it('tells of a light that does not work, and of what a crash leaves where it hangs on a GPIO line', async () => {
    const gpio = 'gpio: /dev/gpiochip0, line: 17';
    const text = gate('{ driver: none }').replace('board: lcus, channel: 3', gpio);
    expect((await litCamera(text)).health).toEqual([
      { part: 'light at exit', level: 'ok', says: expect.stringContaining('after a crash') },
    ]);
    const broken = await litCamera(text, (light) => void (light.isBroken = true));
    expect(broken.health).toEqual([
      { part: 'light at exit', level: 'warning', says: expect.stringContaining('no light') },
    ]);
  });
});

/** The camera at the exit, with what it has said of its light. */
async function litCamera(text: string, before: (light: FakeLight) => void = () => undefined) {
  const config = parse(text).accessPoints[1]!.camera;
  if (config.driver !== 'libcamera') throw new Error('another camera');
  const clock = new FakeClock();
  const light = new FakeLight(clock, true);
  before(light);
  const health: HealthReport[] = [];
  const camera = libcameraCamera(config, {
    accessPoint: 'exit' as AccessPointId,
    clock,
    light: () => light,
    health: { report: (line) => void health.push(line) },
  });
  await expect.poll(() => health.length).toBe(1);
  return { camera, clock, light, health };
}
