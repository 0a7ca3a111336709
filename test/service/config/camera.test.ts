import { describe, expect, it } from 'vitest';
import { libcameraCamera } from '#service/devices/libcameraCamera.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { SimulatedBoard } from '#drivers/relay/simulatedBoard.ts';
import { LitCamera } from '#drivers/camera/litCamera.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
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

  it('is no picture from a file at a real door', async () => {
    const files = '{ driver: libcamera-files, id: pictures }';
    const fault = await faultOf(() => parse(gate(files)));
    expect(fault.message).toContain('--simulated');
  });

  it('stands with its light, and nothing is opened before somebody looks', () => {
    const config = parse(gate('{ driver: none }')).accessPoints[1]!;
    if (config.camera.driver !== 'libcamera') throw new Error('another camera');
    const clock = new FakeClock();
    const board = new SimulatedBoard({ name: 'lcus', channels: 4, clock });
    const strike = ({ channel }: { channel: number }) => board.strike(channel);
    const camera = libcameraCamera(config.camera, { accessPoint: 'exit' as AccessPointId, clock, strike });
    expect(camera).toBeInstanceOf(LitCamera);
    expect(camera.name).toBe('camera at exit');
    expect(clock.waiting).toBe(0);
  });
});
