/** Where the terminal's master secret comes from. */
export interface KeyStore {
  /** What protects the secret and what that is worth, for the health page: never pretends. */
  readonly protection: { readonly kind: 'file' | 'tpm' | 'systemd-credential'; readonly worth: string };
  /**
   * The secret, 32 bytes; the caller overwrites it after use.
   * @throws Fault `key` where there is none yet, or where it cannot be read.
   */
  open(): Uint8Array;
  exists(): boolean;
  /** Makes the secret at the very first start. @throws Fault `key` where there is one already. */
  create(): void;
  /** Overwrites the secret, so that nothing it sealed is ever read again. None is no error. @throws Fault `key` where it cannot be. */
  destroy(): void;
}
