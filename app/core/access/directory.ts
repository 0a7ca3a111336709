import type { CredentialId, Pseudonym } from '../kernel/ids.ts';
import type { CardCredential, Cardholder, Credential, PinCredential } from './credential.ts';

/**
 * Who holds which card and number, in memory only. It is built at start from sealed rows: an index on the disk, hashed
 * or keyed, would fall to trying out all card numbers.
 */
export class Directory {
  readonly #holders = new Map<Pseudonym, Cardholder>();
  readonly #cards = new Map<string, CardCredential>();
  readonly #pins = new Map<string, PinCredential>();
  /** By person, so that nobody has to be looked for among all cards. */
  readonly #held = new Map<Pseudonym, readonly Credential[]>();

  /** Takes a person in, in place of whatever was known of that person before. */
  add(holder: Cardholder, credentials: readonly Credential[]): void {
    this.remove(holder.pseudonym);
    this.#holders.set(holder.pseudonym, holder);
    for (const credential of credentials) this.addCredential(credential);
  }

  addCredential(credential: Credential): void {
    this.#held.set(credential.pseudonym, [...(this.#held.get(credential.pseudonym) ?? []), credential]);
    if (credential.kind === 'card') this.#cards.set(cardKey(credential.format, credential.number), credential);
    else this.#pins.set(credential.personalNumber, credential);
  }

  remove(pseudonym: Pseudonym): void {
    this.#holders.delete(pseudonym);
    // Only what is still this person's: a number that was given on is somebody else's by now.
    for (const credential of this.#held.get(pseudonym) ?? []) {
      if (credential.kind === 'pin') {
        if (this.#pins.get(credential.personalNumber) === credential) this.#pins.delete(credential.personalNumber);
      } else {
        const key = cardKey(credential.format, credential.number);
        if (this.#cards.get(key) === credential) this.#cards.delete(key);
      }
    }
    this.#held.delete(pseudonym);
  }

  /** Takes a card or PIN out; whose it was, or undefined where there is none of that id. */
  removeCredential(id: CredentialId): Pseudonym | undefined {
    for (const [key, card] of this.#cards) if (card.id === id && this.#cards.delete(key)) return card.pseudonym;
    for (const [key, pin] of this.#pins) if (pin.id === id && this.#pins.delete(key)) return pin.pseudonym;
    return undefined;
  }

  holders(): Iterable<Cardholder> {
    return this.#holders.values();
  }

  credentialsOf(pseudonym: Pseudonym): Credential[] {
    return [...this.#cards.values(), ...this.#pins.values()].filter((credential) => credential.pseudonym === pseudonym);
  }

  holder(pseudonym: Pseudonym): Cardholder | undefined {
    return this.#holders.get(pseudonym);
  }

  card(format: string, number: string): CardCredential | undefined {
    return this.#cards.get(cardKey(format, number));
  }

  pin(personalNumber: string): PinCredential | undefined {
    return this.#pins.get(personalNumber);
  }

  /** The PIN that belongs beside this person's card or face, where a combination demands one. */
  pinOf(pseudonym: Pseudonym): PinCredential | undefined {
    return this.#held
      .get(pseudonym)
      ?.findLast((one): one is PinCredential => one.kind === 'pin' && this.#pins.get(one.personalNumber) === one);
  }

  /** Does somebody hold this card's or personal number? With a second holder it would say nothing about who comes. */
  holds(credential: Credential): boolean {
    if (credential.kind === 'card') return this.card(credential.format, credential.number) !== undefined;
    return this.pin(credential.personalNumber) !== undefined;
  }

  get people(): number {
    return this.#holders.size;
  }
}

const cardKey = (format: string, number: string): string => `${format}:${number}`;
