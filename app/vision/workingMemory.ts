type Numbers = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/**
 * The buffers of one stage that hold pixels or features while it works. Whoever works in a region overwrites it before
 * the call settles, also when it throws.
 */
export class Region {
  readonly #buffers: Numbers[] = [];

  /** `length` zeros for a tensor. */
  floats(length: number): Float32Array<ArrayBuffer> {
    const made = new Float32Array(length);
    this.#buffers.push(made);
    return made;
  }

  /** `length` zeros for weighted sums of pixels. */
  sums(length: number): Uint16Array<ArrayBuffer> {
    const made = new Uint16Array(length);
    this.#buffers.push(made);
    return made;
  }

  /** `old` where it is long enough, else a longer one in its place; `old` is overwritten then. */
  sumsAtLeast(old: Uint16Array<ArrayBuffer>, length: number): Uint16Array<ArrayBuffer> {
    if (old.length >= length) return old;
    old.fill(0);
    this.#buffers.splice(this.#buffers.indexOf(old), 1);
    return this.sums(length);
  }

  overwrite(): void {
    for (const buffer of this.#buffers) buffer.fill(0);
  }

  get isClean(): boolean {
    return this.#buffers.every((buffer) => buffer.every((value) => value === 0));
  }

  get bytes(): number {
    return this.#buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }
}

/** All working buffers of an engine, by stage. Made by whoever starts the engine, so that it can be looked at. */
export class WorkingMemory {
  readonly #regions = new Map<string, Region>();

  /** The region of a stage; the same one each time. */
  region(stage: string): Region {
    const region = this.#regions.get(stage) ?? new Region();
    this.#regions.set(stage, region);
    return region;
  }

  get isClean(): boolean {
    return [...this.#regions.values()].every((region) => region.isClean);
  }

  get bytes(): number {
    return [...this.#regions.values()].reduce((sum, region) => sum + region.bytes, 0);
  }

  overwrite(): void {
    for (const region of this.#regions.values()) region.overwrite();
  }
}
