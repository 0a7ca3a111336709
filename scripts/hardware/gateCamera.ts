import { join } from 'node:path';
import type { AccessPointConfig, LibcameraConfig } from '#core/config/terminalConfig.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Language } from '#core/privacy/consent.ts';
import type { SeenZone } from '#drivers/camera/shim/zone.ts';
import type { ShimCameraOptions } from '#drivers/camera/shim/shimCamera.ts';
import type { Shape } from '#drivers/camera/shim/structs.ts';
import { shimCameraOf, SHIMS } from '#service/devices/libcameraCamera.ts';
import { programFolders, readConfig, readModels } from '#service/readConfig.ts';
import type { CameraArguments } from './arguments.ts';

const MODELS = programFolders(join(import.meta.dirname, '../..')).models;

/** A camera as it is looked at. */
export interface LookedAtCamera {
  readonly library: string;
  /** As the shim's header says; absent where nobody said it. */
  readonly id?: string;
  readonly shape: Shape;
  /** Exposure and colours that the gate gives it. */
  readonly fixed?: NonNullable<ShimCameraOptions['fixed']>;
  /** Where a face is looked at, in the frames. */
  readonly zone?: SeenZone;
  /** Of the kiosk. */
  readonly language?: Language;
}

/**
 * The camera that is asked for by its mode, or the one of an access point as the gate has it: turned, mirrored, exposed, and no
 * more of its picture than the gate sees.
 * @throws Fault `config` for a configuration that cannot be used, or has no such camera.
 */
export function lookedAt(options: CameraArguments): LookedAtCamera {
  const { files, id, format, width, height, framesPerSecond, gate } = options;
  if (gate !== undefined) return ofGate(gate, files);
  const shape = { size: { width, height }, framesPerSecond, rotation: 0, mirror: false } as const;
  return {
    library: SHIMS[files ? 'libcamera-files' : 'libcamera'],
    shape: { ...shape, ...(format !== undefined && { format }) },
    ...(id !== undefined && { id }),
  };
}

function ofGate({ file, accessPoint }: NonNullable<CameraArguments['gate']>, simulated: boolean): LookedAtCamera {
  const { accessPoints, kiosk } = readConfig({ file, simulated, folder: '' }, readModels(MODELS));
  const withCamera = accessPoints.flatMap((one) => (isBehindShim(one) ? [one] : []));
  const names = withCamera.map(({ id }) => id);
  const wanted = accessPoint ?? (names.length === 1 ? names[0] : undefined);
  const found = withCamera.find(({ id }) => id === wanted);
  if (found === undefined) {
    const expected = names.length === 0 ? 'an access point with driver: libcamera' : `one of ${names.join(', ')}`;
    throw new Fault('config', { thing: `${file}, --access-point`, found: wanted ?? 'nothing', expected });
  }
  const { camera, zone } = found;
  const { library, id, shape, fixed } = shimCameraOf(camera);
  const { left, top, right, bottom } = zone;
  return {
    library,
    shape,
    zone: { left, top, right, bottom },
    language: kiosk.language,
    ...(fixed !== undefined && { fixed }),
    ...(id !== '' && { id }),
  };
}

const isBehindShim = (one: AccessPointConfig): one is AccessPointConfig & { readonly camera: LibcameraConfig } =>
  one.camera.driver === 'libcamera' || one.camera.driver === 'libcamera-files';
