/** A PIN becomes a hash and is never kept itself. One verification costs tens of milliseconds by intent. */
export interface PinHasher {
  /** PHC string, argon2id. */
  hash(pin: string): Promise<string>;
  verify(hash: string, pin: string): Promise<boolean>;
}
