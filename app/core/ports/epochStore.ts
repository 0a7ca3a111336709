/**
 * Where the epoch secret lies: the one under which the keyring is sealed at present. It is kept where it can be replaced,
 * and outside every backup. Deleting a person ends with its replacement: what an earlier secret sealed stays closed then.
 */
export interface EpochStore {
  /** What protects the secret, and whether a replaced one is truly gone: never pretends. */
  readonly protection: { readonly kind: 'file' | 'tpm'; readonly worth: string };
  /**
   * Every secret that lies there, 32 bytes each, for the caller to overwrite: none before the first, one, or two where a
   * replacement was cut off.
   * @throws Fault `key` where something lies there that cannot be read.
   */
  read(): Uint8Array[];
  /**
   * Afterwards exactly these one or two lie there, and every other one is overwritten. Cut off at any moment, those that
   * lay there before and are among them lie there still.
   * @throws Fault `key` where that cannot be done.
   */
  hold(secrets: readonly Uint8Array[]): void;
  /** Overwrites whatever lies there. None is no error. @throws Fault `key` where that cannot be done. */
  destroy(): void;
}

/** Secrets that may lie there at once: the present one and, during a replacement, the next. */
export const EPOCH_SECRETS_MAX = 2;
