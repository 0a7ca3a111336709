/** Bytes that are to be found nowhere. */
export interface Sought {
  /** How often what stands in `content`, by the name of what it is a piece of, beginning at any byte. */
  find(content: Buffer): ReadonlyMap<string, number>;
}
