import type { Millis } from '#core/kernel/units.ts';
import type { Strike } from '#core/ports/hardware.ts';
import type { Light } from '#core/ports/light.ts';

/** A light on a relay channel. Where its board times pulses, it goes out by itself even when this program has died. */
export class RelayLight implements Light {
  readonly name: string;
  readonly #channel: Strike;

  constructor(channel: Strike) {
    this.name = channel.name;
    this.#channel = channel;
  }

  async shine(forMs: Millis): Promise<void> {
    await this.#channel.drive('energised', forMs);
  }

  async darken(): Promise<void> {
    await this.#channel.drive('de-energised', 'until-driven');
  }
}
