import type { ComponentChildren } from 'preact';

export type IconName =
  | 'face'
  | 'card'
  | 'pin'
  | 'pass'
  | 'granted'
  | 'denied'
  | 'camera-on'
  | 'camera-off'
  | 'language'
  | 'notice'
  | 'policy'
  | 'back'
  | 'cancel'
  | 'confirm'
  | 'erase'
  | 'up'
  | 'down'
  | 'door';

/** Line drawings on a square of 48. */
const SHAPES: Readonly<Record<IconName, ComponentChildren>> = {
  face: (
    <>
      <path d="M6 15V9a3 3 0 0 1 3-3h6M33 6h6a3 3 0 0 1 3 3v6M42 33v6a3 3 0 0 1-3 3h-6M15 42H9a3 3 0 0 1-3-3v-6" />
      <path d="M24 12c6 0 9.5 4.5 9.5 10.500S29.5 36 24 36s-9.5-7.5-9.5-13.500S18 12 24 12z" />
    </>
  ),
  card: (
    <>
      <rect x="5" y="11" width="38" height="26" rx="4" />
      <path d="M5 19h38M11 30h9" />
    </>
  ),
  pin: (
    <g fill="currentColor" stroke="none">
      {[11, 24, 37].map((x) => [9, 20, 31].map((y) => <circle cx={x} cy={y} r="3.4" />))}
      <circle cx="24" cy="42" r="3.4" />
    </g>
  ),
  pass: (
    <>
      <rect x="6" y="6" width="14" height="14" rx="2" />
      <rect x="28" y="6" width="14" height="14" rx="2" />
      <rect x="6" y="28" width="14" height="14" rx="2" />
      <path d="M13 12.500v1M35 12.500v1M13 34.500v1M28 28h5v5M42 28v6M28 38v4h5M38 40v2h4M38 33v1" />
    </>
  ),
  granted: (
    <>
      <circle cx="24" cy="24" r="20" />
      <path d="m14.5 24.5 6.8 6.800L34 18" />
    </>
  ),
  denied: (
    <>
      <path d="M16 4h16l12 12v16L32 44H16L4 32V16z" />
      <path d="M14 24h20" />
    </>
  ),
  'camera-on': (
    <>
      <rect x="4" y="13" width="28" height="22" rx="4" />
      <path d="m32 21 12-6v18l-12-6" />
    </>
  ),
  'camera-off': (
    <>
      <path d="M14 13h14a4 4 0 0 1 4 4v4l12-6v18l-9-4.500M31 34a4 4 0 0 1-3 1H8a4 4 0 0 1-4-4V17a4 4 0 0 1 3-3.8" />
      <path d="m6 5 36 38" />
    </>
  ),
  language: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path d="M5 24h38M24 5c6 5.5 9 12 9 19s-3 13.5-9 19c-6-5.5-9-12-9-19s3-13.5 9-19z" />
    </>
  ),
  notice: (
    <>
      <circle cx="24" cy="24" r="19" />
      <path d="M24 22v12M24 13.500v.5" />
    </>
  ),
  policy: (
    <>
      <path d="M24 4 8 10v12c0 10 6.5 17.5 16 22 9.5-4.5 16-12 16-22V10z" />
      <path d="m17 24 5 5 9-10" />
    </>
  ),
  back: <path d="M20 10 6 24l14 14M7 24h35" />,
  cancel: <path d="m11 11 26 26M37 11 11 37" />,
  confirm: <path d="m8 25 11 11 21-23" />,
  erase: (
    <>
      <path d="M16 10h25a3 3 0 0 1 3 3v22a3 3 0 0 1-3 3H16L4 24z" />
      <path d="m22 19 10 10M32 19 22 29" />
    </>
  ),
  up: <path d="M10 30 24 15l14 15" />,
  down: <path d="m10 18 14 15 14-15" />,
  door: (
    <>
      <path d="M12 44V6a2 2 0 0 1 2-2h20a2 2 0 0 1 2 2v38M6 44h36" />
      <path d="M29 24v1" />
    </>
  ),
};

/** Decoration beside words: hidden from a reader of the screen. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  );
}
