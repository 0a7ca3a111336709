import { timingSafeEqual } from 'node:crypto';
import { Fault } from '#core/kernel/fault.ts';

export const KEY_BYTES = 16;

/** What every reader of the world has from its maker: SCBK-D of the standard. It protects nothing. */
const DEFAULT_KEY = Uint8Array.from({ length: KEY_BYTES }, (_, i) => 0x30 + i);

/** The key that a reader's sessions come from (SCBK). Hides its bytes, is never text, overwrites itself on dispose. */
export class BaseKey implements Disposable {
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Copies the bytes. @throws Fault `key` where they are not 16. */
  static of(bytes: Uint8Array): BaseKey {
    if (bytes.length === KEY_BYTES) return new BaseKey(Uint8Array.from(bytes));
    throw new Fault('key', { thing: "a reader's key", found: `${bytes.length} bytes`, expected: `${KEY_BYTES} bytes` });
  }

  static default(): BaseKey {
    return new BaseKey(Uint8Array.from(DEFAULT_KEY));
  }

  /** Is it the key that everybody knows? */
  get isDefault(): boolean {
    return timingSafeEqual(this.#bytes, DEFAULT_KEY);
  }

  equals(other: BaseKey): boolean {
    return timingSafeEqual(this.#bytes, other.#bytes);
  }

  /** Lends the bytes for the length of a call. */
  with<Result>(use: (bytes: Uint8Array) => Result): Result {
    return use(this.#bytes);
  }

  toJSON(): string {
    return "a reader's key";
  }

  [Symbol.dispose](): void {
    this.#bytes.fill(0);
  }
}
