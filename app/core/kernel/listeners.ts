/** Whoever wants to hear of something. Telling reaches those who listened when it began and have not ended it since. */
export class Listeners<Heard extends readonly unknown[]> {
  readonly #listeners = new Set<(...heard: Heard) => void>();

  get size(): number {
    return this.#listeners.size;
  }

  add(listener: (...heard: Heard) => void): Disposable {
    // A wrapper of its own, so that one function that listens twice is two listeners.
    const own = (...heard: Heard): void => listener(...heard);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** What a listener throws comes out here, and those behind it hear nothing. */
  tell(...heard: Heard): void {
    for (const listener of Array.from(this.#listeners)) if (this.#listeners.has(listener)) listener(...heard);
  }

  /** Nobody listens any more. */
  clear(): void {
    this.#listeners.clear();
  }
}
