import { join } from 'node:path';
import type { IlluminatorConfig } from '#core/config/hardwareConfig.ts';
import type { LibcameraConfig } from '#core/config/terminalConfig.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import type { Camera } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { Light } from '#core/ports/light.ts';
import { LitCamera } from '#drivers/camera/litCamera.ts';
import { ShimCamera } from '#drivers/camera/shim/shimCamera.ts';
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

/** A camera as it is configured, with its illuminator where it has one. The camera is not opened. */
export function libcameraCamera(
  config: LibcameraConfig,
  { accessPoint, clock, light, health }: LibcameraParts,
): Camera {
  const { driver, id, width, height, format, framesPerSecond, idleFramesPerSecond, rotation, mirror } = config;
  const size = { width, height };
  const camera = new ShimCamera({
    name: `camera at ${accessPoint}`,
    library: SHIMS[driver],
    id,
    clock,
    idleFramesPerSecond,
    fixed: config.picture,
    shape: {
      size,
      framesPerSecond,
      rotation,
      mirror,
      zone: devicePart(config.crop, { rotation, mirror }, size),
      ...(format !== undefined && { format }),
    },
    // Pictures from files are as still as those of a replay.
    capabilities: { temporalPad: driver === 'libcamera' },
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
