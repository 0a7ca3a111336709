import type { Box, Face } from './face.ts';

/** Where and how near somebody must stand to be looked at. Shares are of the frame's width or height, 0..1. */
export interface CaptureZone {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Least width of a face as a share of the frame's width: the largest distance. */
  readonly faceWidthMin: number;
  /** The largest face must be this many times as wide as the next one in the zone. */
  readonly marginToNext: number;
}

export type Presenter =
  | { readonly kind: 'presenter'; readonly face: Face }
  | { readonly kind: 'nobody'; readonly why: 'empty' | 'outside-zone' | 'too-far' | 'several' };

/** One subject or nobody; bystanders are ignored, and of two people side by side none is taken by chance. */
export function selectPresenter(
  faces: readonly Face[],
  zone: CaptureZone,
  frame: { readonly width: number; readonly height: number },
): Presenter {
  if (faces.length === 0) return { kind: 'nobody', why: 'empty' };
  const inZone = faces.filter((face) => isInside(face.box, zone, frame));
  if (inZone.length === 0) return { kind: 'nobody', why: 'outside-zone' };
  const near = inZone
    .filter((face) => face.box.width >= zone.faceWidthMin * frame.width)
    .toSorted((a, b) => b.box.width - a.box.width);
  const [first, second] = near;
  if (first === undefined) return { kind: 'nobody', why: 'too-far' };
  if (second !== undefined && !(first.box.width >= second.box.width * zone.marginToNext)) {
    return { kind: 'nobody', why: 'several' };
  }
  return { kind: 'presenter', face: first };
}

function isInside(box: Box, zone: CaptureZone, frame: { readonly width: number; readonly height: number }): boolean {
  const x = (box.x + box.width / 2) / frame.width;
  const y = (box.y + box.height / 2) / frame.height;
  return x >= zone.left && x <= zone.right && y >= zone.top && y <= zone.bottom;
}
