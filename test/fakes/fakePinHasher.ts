import type { PinHasher } from '#core/ports/pinHasher.ts';

/** Hashes by writing down, with another salt each time, and counts what it was asked to verify. */
export class FakePinHasher implements PinHasher {
  readonly dummyHash = '$fake$0$nobody has this PIN';
  #salt = 0;
  #verified = 0;

  async hash(pin: string): Promise<string> {
    this.#salt += 1;
    return `$fake$${this.#salt}$${pin}`;
  }

  async verify(hash: string, pin: string): Promise<boolean> {
    this.#verified += 1;
    return hash.split('$')[3] === pin;
  }

  get verified(): number {
    return this.#verified;
  }
}
