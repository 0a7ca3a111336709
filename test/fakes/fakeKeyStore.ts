import { Fault } from '#core/kernel/fault.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';

/** A master secret in memory. `FakeKeyStore.holding(7)` has one already, all bytes 7. */
export class FakeKeyStore implements KeyStore {
  readonly protection = { kind: 'file', worth: 'nothing: a key of a test' } as const;
  #secret: Uint8Array | undefined;
  #next: Uint8Array | undefined;

  static holding(fill: number): FakeKeyStore {
    const keys = new FakeKeyStore();
    keys.#secret = new Uint8Array(32).fill(fill);
    return keys;
  }

  open(): Uint8Array {
    if (this.#secret === undefined) throw new Fault('key', { thing: 'key', found: 'none', expected: 'one' });
    return Uint8Array.from(this.#secret);
  }

  exists(): boolean {
    return this.#secret !== undefined;
  }

  create(): void {
    if (this.#secret !== undefined) throw new Fault('key', { thing: 'key', found: 'a key already', expected: 'none' });
    this.#secret = crypto.getRandomValues(new Uint8Array(32));
  }

  openNext(): Uint8Array | undefined {
    return this.#next && Uint8Array.from(this.#next);
  }

  propose(): Uint8Array {
    this.open();
    this.#next ??= crypto.getRandomValues(new Uint8Array(32));
    return Uint8Array.from(this.#next);
  }

  settle(secret: Uint8Array): void {
    const stays = [this.#secret, this.#next].find((one) => one !== undefined && Buffer.compare(one, secret) === 0);
    if (stays === undefined) throw new Fault('key', { thing: 'key', found: 'other ones', expected: 'this one' });
    this.#secret = stays;
    this.#next = undefined;
  }

  restore(secret: Uint8Array): void {
    this.#secret = Uint8Array.from(secret);
    this.#next = undefined;
  }

  destroy(): void {
    this.#next?.fill(0);
    this.#next = undefined;
    this.#secret?.fill(0);
    this.#secret = undefined;
  }
}
