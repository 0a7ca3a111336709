import type { AccessPointConfig, CameraConfig, LibcameraConfig, PictureConfig } from '#core/config/terminalConfig.ts';
import type { CaptureZone } from '#core/biometrics/selectPresenter.ts';
import { assert } from '#core/kernel/assert.ts';
import { illuminatorOf } from './illuminators.ts';
import type { ConfigFile } from './schema.ts';

type CameraSection = ConfigFile['access-points'][number]['camera'];
type LibcameraSection = Extract<CameraSection, { driver: 'libcamera' | 'libcamera-files' }>;

/** A face whose middle lies at the edge of the zone reaches beyond it by as much, as a share of the picture. */
const CROP_MARGIN = 0.15;

/** A camera, and the zone in the frames that it hands out: a camera that crops shows little beside it. */
export function toCamera(
  section: CameraSection,
  zone: CaptureZone,
  at: (path: string) => string,
): Pick<AccessPointConfig, 'camera' | 'zone'> {
  switch (section.driver) {
    case 'replay': {
      const { path, 'frames-per-second': framesPerSecond } = section;
      return { camera: { driver: 'replay', path: at(path), framesPerSecond }, zone };
    }
    case 'libcamera':
    case 'libcamera-files': {
      const crop = around(zone);
      return { camera: libcamera(section, crop, at), zone: inside(zone, crop) };
    }
    case 'simulated':
    case 'none':
      return { camera: section satisfies CameraConfig, zone };
  }
}

function libcamera(
  section: LibcameraSection,
  crop: LibcameraConfig['crop'],
  at: (path: string) => string,
): LibcameraConfig {
  const { driver, id, width, height, format, rotation, mirror } = section;
  const isFolder = driver === 'libcamera-files' && id !== '' && id !== 'pattern';
  return {
    driver,
    id: isFolder ? at(id) : id,
    width,
    height,
    rotation,
    mirror,
    crop,
    framesPerSecond: section['frames-per-second'],
    idleFramesPerSecond: section['idle-frames-per-second'],
    ...(format !== undefined && { format }),
    picture: pictureOf(section),
    ...hung(section),
  };
}

function pictureOf(section: LibcameraSection): PictureConfig {
  const { gain, 'exposure-us': exposureMicros } = section;
  const { 'exposure-bias-stops': bias, 'white-balance-kelvin': whiteKelvin } = section;
  return {
    ...(exposureMicros !== undefined && { exposureMicros }),
    ...(gain !== undefined && { gain }),
    ...(bias !== undefined && { bias }),
    ...(whiteKelvin !== undefined && { whiteKelvin }),
  };
}

function hung({ illuminator }: LibcameraSection): Pick<LibcameraConfig, 'illuminator'> {
  if (illuminator === undefined) return {};
  const choice = illuminatorOf(illuminator);
  assert(choice.kind === 'hung', 'the section was looked at for flaws before');
  return { illuminator: choice.on };
}

const around = ({ left, top, right, bottom }: CaptureZone): LibcameraConfig['crop'] => ({
  left: Math.max(0, left - CROP_MARGIN),
  top: Math.max(0, top - CROP_MARGIN),
  right: Math.min(1, right + CROP_MARGIN),
  bottom: Math.min(1, bottom + CROP_MARGIN),
});

function inside(zone: CaptureZone, crop: LibcameraConfig['crop']): CaptureZone {
  const across = crop.right - crop.left;
  const down = crop.bottom - crop.top;
  return {
    ...zone,
    left: (zone.left - crop.left) / across,
    right: (zone.right - crop.left) / across,
    top: (zone.top - crop.top) / down,
    bottom: (zone.bottom - crop.top) / down,
    // The detector sees a smaller picture: what is near enough is a larger share of it.
    faceWidthMin: Math.min(1, zone.faceWidthMin / across),
  };
}
