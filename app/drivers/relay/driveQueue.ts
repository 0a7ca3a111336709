/** Work done one after the other, in order. */
export class DriveQueue {
  readonly #waiting: (() => void)[] = [];
  #working = false;

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Begins at once, before this returns, where nothing else is being done. */
  add<Outcome>(work: () => Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const over = (settle: () => void): void => {
        this.#working = false;
        settle();
        this.#beginNext();
      };
      this.#waiting.push(() => {
        work().then(
          (outcome) => over(() => resolve(outcome)),
          (thrown: unknown) => over(() => reject(thrown)),
        );
      });
      this.#beginNext();
    });
  }

  #beginNext(): void {
    const next = this.#working ? undefined : this.#waiting.shift();
    if (next === undefined) return;
    this.#working = true;
    next();
  }
}
