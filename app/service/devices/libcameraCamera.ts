import { join } from 'node:path';
import type { IlluminatorConfig } from '#core/config/hardwareConfig.ts';
import type { LibcameraConfig } from '#core/config/terminalConfig.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import type { Camera } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { Light } from '#core/ports/light.ts';
import { LitCamera } from '#drivers/camera/litCamera.ts';
import { ShimCamera, type ShimCameraOptions } from '#drivers/camera/shim/shimCamera.ts';
import { devicePart } from '#drivers/camera/shim/zone.ts';

/** Where setup builds the shim. */
const NATIVE = join(import.meta.dirname, '../../../build/native');
export const SHIMS: Readonly<Record<LibcameraConfig['driver'], string>> = {
  libcamera: join(NATIVE, 'lintel-camera.so'),
  'libcamera-files': join(NATIVE, 'lintel-camera-files.so'),
};

export interface LibcameraParts {
  readonly accessPoint: AccessPointId;
  readonly clock: Clock;
  readonly light: (illuminator: IlluminatorConfig) => Light;
  readonly health?: Health;
}

const LIGHT_ANSWERS: Readonly<Record<IlluminatorConfig['kind'], string>> = {
  relay: 'answers',
  gpio: 'answers; after a crash it stays as its chip and the board leave it until the gate works again',
};

/** What is asked of the shim for a camera that is configured so. */
export function shimCameraOf(
  config: LibcameraConfig,
): Pick<ShimCameraOptions, 'library' | 'id' | 'shape' | 'fixed' | 'idleFramesPerSecond'> {
  const { driver, id, width, height, format, framesPerSecond, idleFramesPerSecond, rotation, mirror, picture } = config;
  const size = { width, height };
  const zone = devicePart(config.crop, { rotation, mirror }, size);
  const shape = { size, framesPerSecond, rotation, mirror, zone, ...(format !== undefined && { format }) };
  return { library: SHIMS[driver], id, shape, fixed: picture, idleFramesPerSecond };
}

/** A camera as it is configured, with its illuminator where it has one. The camera is not opened. */
export function libcameraCamera(
  config: LibcameraConfig,
  { accessPoint, clock, light, health }: LibcameraParts,
): Camera {
  const camera = new ShimCamera({
    ...shimCameraOf(config),
    name: `camera at ${accessPoint}`,
    clock,
    // Pictures from files are as still as those of a replay.
    capabilities: { temporalPad: config.driver === 'libcamera' },
  });
  const { illuminator } = config;
  if (illuminator === undefined) return camera;
  const part = `light at ${accessPoint}`;
  const onTrouble = (says: string | undefined): void =>
    health?.report({
      part,
      level: says === undefined ? 'ok' : 'warning',
      says: says ?? LIGHT_ANSWERS[illuminator.kind],
    });
  return new LitCamera({ camera, light: light(illuminator), clock, onTrouble });
}
