import type { PinTriesRecord } from '#core/access/pinTries.ts';
import type { PinTriesStore } from '#core/ports/stores.ts';

/** Wrong tries in memory. Handed to a second gate it is what survives a restart. */
export class FakePinTries implements PinTriesStore {
  #tries: PinTriesRecord | undefined;

  read(): PinTriesRecord | undefined {
    return this.#tries;
  }

  async write(tries: PinTriesRecord): Promise<void> {
    this.#tries = tries;
  }
}
