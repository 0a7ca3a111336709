/** Where the terminal's master secret comes from. */
export interface KeyStore {
  /** What protects the secret and what that is worth, for the health page: never pretends. */
  readonly protection: { readonly kind: 'file' | 'tpm' | 'systemd-credential'; readonly worth: string };
  /**
   * The secret, 32 bytes; the caller overwrites it after use. While it is being changed, the one from before.
   * @throws Fault `key` where there is none yet, or where it cannot be read.
   */
  open(): Uint8Array;
  exists(): boolean;
  /** Makes the secret at the very first start. @throws Fault `key` where there is one already. */
  create(): void;
  /** The secret that is to take over; undefined where the secret is not being changed. */
  openNext(): Uint8Array | undefined;
  /**
   * Puts a next secret beside the present one and gives it out, for the caller to overwrite. One that stands there is taken.
   * @throws Fault `key` where this store cannot do it by itself, with what to type.
   */
  propose(): Uint8Array;
  /**
   * One of the two takes over and the other is overwritten; where it lies there alone, nothing is done.
   * @throws Fault `key` where this store cannot do it by itself, with what to type.
   */
  settle(secret: Uint8Array): void;
  /**
   * Puts a secret that was brought back with the recovery key in the place of whatever lies there.
   * @throws Fault `key` where this store cannot do it by itself, with what to type.
   */
  restore(secret: Uint8Array): void;
  /** Overwrites the secret, so that nothing it sealed is ever read again. None is no error. @throws Fault `key` where it cannot be. */
  destroy(): void;
}
