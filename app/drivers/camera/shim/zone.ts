import type { Rectangle, Rotation, Size } from './structs.ts';

/** Part of a picture as it is seen, in shares of its sides from the upper left corner. */
export interface SeenZone {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How the camera hangs: what its picture goes through before it is seen. */
export interface Turn {
  /** Clockwise. */
  readonly rotation: Rotation;
  /** After the rotation. */
  readonly mirror: boolean;
}

/**
 * The part of the device's picture that is seen as this zone: whole pixels, even ones for the colours that two pixels
 * share, never less than was asked for.
 */
export function devicePart(zone: SeenZone, turn: Turn, device: Size): Rectangle {
  const { left, top, right, bottom } = unturned(zone, turn);
  const x = downToEven(left * device.width);
  const y = downToEven(top * device.height);
  return {
    x,
    y,
    width: Math.min(upToEven(right * device.width), downToEven(device.width)) - x,
    height: Math.min(upToEven(bottom * device.height), downToEven(device.height)) - y,
  };
}

function unturned(seen: SeenZone, { rotation, mirror }: Turn): SeenZone {
  const { left, top, right, bottom } = mirror ? { ...seen, left: 1 - seen.right, right: 1 - seen.left } : seen;
  switch (rotation) {
    case 0:
      return { left, top, right, bottom };
    case 90:
      return { left: top, top: 1 - right, right: bottom, bottom: 1 - left };
    case 180:
      return { left: 1 - right, top: 1 - bottom, right: 1 - left, bottom: 1 - top };
    case 270:
      return { left: 1 - bottom, top: left, right: 1 - top, bottom: right };
  }
}

/** Sums of shares miss whole numbers by a hair. */
const HAIR = 1e-6;
const downToEven = (value: number): number => Math.floor((value + HAIR) / 2) * 2;
const upToEven = (value: number): number => Math.ceil((value - HAIR) / 2) * 2;
