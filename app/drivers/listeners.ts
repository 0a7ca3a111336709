/** Whoever wants to hear of something; telling reaches those who listened when it began. */
export class Listeners<Heard extends readonly unknown[]> {
  readonly #listeners = new Set<(...heard: Heard) => void>();

  add(listener: (...heard: Heard) => void): Disposable {
    // A wrapper of its own, so that one function that listens twice is two listeners.
    const own = (...heard: Heard): void => listener(...heard);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  tell(...heard: Heard): void {
    for (const listener of Array.from(this.#listeners)) listener(...heard);
  }
}
