/** The door as somebody beside it would see it. */
export function DoorPicture({
  open,
  energised,
  fire,
}: {
  readonly open: boolean;
  readonly energised: boolean;
  readonly fire: boolean;
}) {
  return (
    <svg
      class="door-picture"
      viewBox="0 0 320 180"
      role="img"
      aria-label={open ? 'The door stands open' : 'The door is closed'}
    >
      <path class="floor" d="M20 166h280" />
      <path class="frame" d="M104 166V18h112v148" />
      <path class={open ? 'leaf ajar' : 'leaf'} d={open ? 'M110 24l46 20v130l-46-8z' : 'M110 24h100v142H110z'} />
      <circle class="handle" cx={open ? 147 : 198} cy={open ? 106 : 98} r="4" />
      <rect class={energised ? 'lamp lit' : 'lamp'} x="236" y="76" width="26" height="44" rx="5" />
      {fire && (
        <path
          class="fire"
          d="M58 118c-16-8-18-26-8-40 2 8 6 10 9 11-3-16 4-29 16-36-2 14 12 20 12 38 0 14-8 24-18 28 4-8 2-14-3-19-1 8-7 10-8 18z"
        />
      )}
    </svg>
  );
}
