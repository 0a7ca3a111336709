import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Outline, Screen } from '../../contract/kioskView.ts';
import { MirrorCanvas } from '../mirrorCanvas.ts';
import type { MirrorSource } from './mirrorSource.ts';

/** The shorter side of the field that the picture's shares are drawn on. */
const FIELD_SIDE = 300;
/** Of the oval in the middle of the field: where a face should be. */
const TARGET = { rx: 78, ry: 104 } as const;
/** Of cameras that have not shown a picture yet. */
const USUAL_ASPECT = 4 / 3;
/** A detector's box ends at brow and chin; the oval goes round the head. */
const HEAD_ROOM = { x: 1.08, y: 1.2 } as const;

interface Field {
  readonly width: number;
  readonly height: number;
}

/** A field of the shape of the camera's picture, so that a face keeps its own. */
const fieldOf = (aspect: number): Field =>
  aspect < 1 ? { width: FIELD_SIDE, height: FIELD_SIDE / aspect } : { width: FIELD_SIDE * aspect, height: FIELD_SIDE };

interface PreviewProps {
  readonly screen: Extract<Screen, { kind: 'looking' }>;
  /** Absent in the `outline` preview: there is then no canvas that a pixel could reach. */
  readonly mirror: MirrorSource | undefined;
  readonly label: string;
}

/** Where to stand, where one stands, and how far it has come. */
export function Preview({ screen, mirror, label }: PreviewProps) {
  const field = fieldOf(screen.aspect ?? USUAL_ASPECT);
  return (
    <div class={mirror === undefined ? 'preview' : 'preview mirrored'}>
      {mirror !== undefined && <Mirror source={mirror} />}
      <svg
        class="field"
        viewBox={`0 0 ${field.width} ${field.height}`}
        preserveAspectRatio="xMidYMid slice"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(screen.progress * 100)}
      >
        <ellipse class="target" cx={field.width / 2} cy={field.height / 2} rx={TARGET.rx} ry={TARGET.ry} />
        {screen.outline !== undefined && <Head outline={screen.outline} field={field} />}
        <ProgressRing share={screen.progress} field={field} />
      </svg>
    </div>
  );
}

function Head({ outline, field }: { readonly outline: Outline; readonly field: Field }) {
  const { x, y, width, height } = outline;
  return (
    <ellipse
      class="head"
      cx={(x + width / 2) * field.width}
      cy={(y + height / 2) * field.height}
      rx={Math.max(0, (width / 2) * field.width * HEAD_ROOM.x)}
      ry={Math.max(0, (height / 2) * field.height * HEAD_ROOM.y)}
    />
  );
}

/** Drawn from the top, clockwise. `pathLength` makes the whole ring 100 long. */
function ProgressRing({ share, field }: { readonly share: number; readonly field: Field }) {
  const { rx, ry } = TARGET;
  const path = `M${field.width / 2} ${field.height / 2 - ry}a${rx} ${ry} 0 1 1 0 ${2 * ry}a${rx} ${ry} 0 1 1 0 ${-2 * ry}`;
  // A dash of length nought would still show its round end.
  return share > 0 ? <path class="ring" d={path} pathLength={100} stroke-dasharray={`${share * 100} 200`} /> : null;
}

function Mirror({ source }: { readonly source: MirrorSource }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current === null) return undefined;
    const mirror = new MirrorCanvas(canvas.current);
    const leave = source((picture) => {
      if (picture === undefined || document.hidden) {
        picture?.pixels.fill(0);
        mirror.clear();
      } else mirror.draw(picture);
    });
    const clear = (): void => mirror.clear();
    // Each change of visibility is one too many for an old picture.
    document.addEventListener('visibilitychange', clear);
    addEventListener('pagehide', clear);
    return () => {
      document.removeEventListener('visibilitychange', clear);
      removeEventListener('pagehide', clear);
      leave();
      mirror[Symbol.dispose]();
    };
  }, [source]);
  return <canvas ref={canvas} class="mirror" aria-hidden="true" />;
}
