import type { NumberedEntry, Reserve } from '#storage/journal/reserve.ts';

/** A reserve in memory, with room for so many entries, whose disk can fail or be stuck. */
export class FakeReserve implements Reserve {
  readonly #room: number;
  #held: NumberedEntry[] = [];
  #state: 'works' | 'fails' | 'stuck' = 'works';

  constructor(room: number, held: readonly NumberedEntry[] = []) {
    this.#room = room;
    this.#held = [...held];
  }

  /** What a start would find in it. */
  get held(): readonly NumberedEntry[] {
    return this.#held;
  }

  get used(): boolean {
    return this.#held.length > 0;
  }

  fitting(entries: readonly NumberedEntry[]): number {
    return Math.min(entries.length, this.#room - this.#held.length);
  }

  async append(entries: readonly NumberedEntry[]): Promise<void> {
    await this.#disk();
    this.#held.push(...entries);
  }

  async clear(): Promise<void> {
    await this.#disk();
    this.#held = [];
  }

  async close(): Promise<void> {}

  become(state: 'works' | 'fails' | 'stuck'): void {
    this.#state = state;
  }

  async #disk(): Promise<void> {
    if (this.#state === 'fails') throw new Error('the disk of the reserve fails');
    if (this.#state === 'stuck') await new Promise(() => undefined);
  }
}
