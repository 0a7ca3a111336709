import type { DoorId } from '#core/kernel/ids.ts';
import type { DoorInputs } from '#core/ports/hardware.ts';

const nothing = { [Symbol.dispose]: () => undefined };

/** A door without any input wired: nothing is ever active and nothing ever changes. */
export const noInputs = (door: DoorId): DoorInputs => ({
  door,
  fitted: new Set(),
  link: 'up',
  read: () => false,
  state: () => 'normal',
  onChange: () => nothing,
  onState: () => nothing,
  onLink: () => nothing,
});
