import type { FaultMessage } from '#core/kernel/faultMessage.ts';
import type { FolderSeen } from '../traces/searchFolder.ts';

/** What the witness is asked. */
export type WitnessTask =
  /** Look at every scene as the gate does, with the same marker in every frame, and remember what to search for. */
  | { readonly kind: 'look'; readonly marker: Uint8Array; readonly root: string }
  | { readonly kind: 'search'; readonly folder: string }
  /** Plant a piece of everything that is searched for in a scratch folder below this one, search, and remove it. */
  | { readonly kind: 'plant'; readonly folder: string }
  /** Take the cipher off copies of the closed databases and search those. */
  | { readonly kind: 'behind-cipher'; readonly data: string; readonly keyFile: string };

/** Numbers to be searched for in a process's memory, disguised so that they do not find themselves. */
export interface MemoryTrace {
  readonly name: string;
  /** Words of 4 bytes, each XOR `DISGUISE`. */
  readonly words: Uint32Array;
}
export const DISGUISE = 0x5bd1e995;

export interface Looked {
  /** Pieces that are searched for in files. */
  readonly needles: number;
  readonly memory: readonly MemoryTrace[];
  /** Cosine of the enrolled person's probe in another photograph to the one of the enrolment. */
  readonly sameCosine: number;
  /** The largest cosine of anybody else's probe to that one. */
  readonly otherCosine: number;
}

export interface Planted {
  readonly planted: number;
  readonly found: number;
  readonly missed: readonly string[];
}

export type WitnessAnswer =
  | { readonly kind: 'looked'; readonly answer: Looked }
  | { readonly kind: 'searched'; readonly answer: FolderSeen }
  | { readonly kind: 'planted'; readonly answer: Planted }
  | FaultMessage;
