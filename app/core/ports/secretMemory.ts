/** Gives out the memory in which keys and templates lie for as long as the gate works. */
export interface SecretMemory {
  /** Zeros, in a buffer of their own. Kept off the disk where the system allows it; whoever takes it overwrites it. */
  take(bytes: number): Uint8Array<ArrayBuffer>;
}

/** As the system gives it: for what lies there for a moment, and for tests. */
export const ORDINARY_MEMORY: SecretMemory = { take: (bytes) => new Uint8Array(new ArrayBuffer(bytes)) };
