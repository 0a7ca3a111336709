import type { Checkpoint } from '../journal/checkpoint.ts';

/** A second place that remembers how far the journal had come, so that a journal cut short or put back shows. */
export interface AnchorStore {
  /** What the place is, for whoever reads a verification. */
  readonly name: string;
  /** The last one written; undefined where there never was one. @throws Fault `journal` where it cannot be read. */
  read(): Checkpoint | undefined;
  /** Replaces the one before; lasting when it returns. @throws Fault `journal` where it cannot be written. */
  write(checkpoint: Checkpoint): void;
}
