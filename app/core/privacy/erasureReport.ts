import type { WallTime } from '../kernel/units.ts';

export const ERASURE_REPORT_VERSION = 1;

/** One thing that held data or a key, and what became of it. */
export interface ErasedThing {
  readonly thing: string;
  readonly how: string;
  /** `left`: it could not be erased from here; `says` has why and what to do. */
  readonly outcome: 'erased' | 'left';
  readonly says?: string;
}

/** A key of the terminal, told from others without saying anything about it: a public key, or 8 bytes derived for this. */
export interface KeyFingerprint {
  readonly key: string;
  readonly fingerprint: string;
}

/** What a terminal erased when it was taken out of service. [S2 2.3(4); S4 四.3] */
export interface ErasureReport {
  readonly version: typeof ERASURE_REPORT_VERSION;
  /** `begun` is signed before anything is erased: all there is where the rest was cut off. */
  readonly state: 'begun' | 'done';
  readonly terminal: string;
  readonly by: string;
  readonly why: string;
  readonly begunAt: WallTime;
  readonly endedAt?: WallTime;
  /** Whose records there were, restricted ones included. */
  readonly people: number;
  /** Renewals of the epoch secret until then. */
  readonly generation: number;
  readonly journal: {
    readonly last: number;
    /** Of the last entry, lower-case hex. */
    readonly hash: string;
    readonly lastAt?: WallTime;
    /** The export that was taken along, lower-case hex of its SHA-256; absent where there is none. */
    readonly exported?: string;
  };
  readonly keys: readonly KeyFingerprint[];
  readonly erased: readonly ErasedThing[];
}

/** Public key (32 bytes) and signature (64 bytes), Ed25519, in lower-case hex. */
export interface SignedErasureReport {
  readonly report: ErasureReport;
  readonly key: string;
  readonly signature: string;
}
