/** A number that can be counted up and never down, whatever is put back on the disk. */
export interface MonotonicCounter {
  readonly name: string;
  /** Undefined where it was never counted. @throws Fault `key` where it cannot be read. */
  read(): number | undefined;
  /** Lasting when it returns, and the new number. @throws Fault `key` where it cannot be counted. */
  increment(): number;
}
