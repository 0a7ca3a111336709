import type { DoorMode } from '#core/door/door.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import type { DoorModeStore } from '#core/ports/stores.ts';

/** Door modes in memory. Handed to a second gate it is what survives a restart. */
export class FakeDoorModes implements DoorModeStore {
  readonly #modes = new Map<DoorId, DoorMode>();

  read(door: DoorId): DoorMode {
    return this.#modes.get(door) ?? 'normal';
  }

  write(door: DoorId, mode: DoorMode): void {
    this.#modes.set(door, mode);
  }
}
