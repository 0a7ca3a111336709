import type { DoorId } from '#core/kernel/ids.ts';
import type { DoorInputs } from '#core/ports/hardware.ts';

/** A door without any input wired: nothing is ever active and nothing ever changes. */
export const noInputs = (door: DoorId): DoorInputs => ({
  door,
  fitted: new Set(),
  read: () => false,
  onChange: () => ({ [Symbol.dispose]: () => undefined }),
});
