import { decodeCard, type CardFormat } from '#core/access/cardFormat.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import type { CardRead, CardReader, LinkState, MisreadReason, ReaderOutcome } from '#core/ports/hardware.ts';

/** A reader as its listeners see it; whoever speaks with the device says what it read. */
export class ToldCards implements CardReader {
  readonly accessPoint: AccessPointId;
  readonly #cards = new Listeners<[card: CardRead]>();
  readonly #misreads = new Listeners<[why: string, reason: MisreadReason]>();
  readonly #keys = new Listeners<[keys: string]>();
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  #link: LinkState;

  constructor(accessPoint: AccessPointId, link: LinkState) {
    this.accessPoint = accessPoint;
    this.#link = link;
  }

  get link(): LinkState {
    return this.#link;
  }

  onCard(listener: (card: CardRead) => void): Disposable {
    return this.#cards.add(listener);
  }

  onMisread(listener: (why: string, reason: MisreadReason) => void): Disposable {
    return this.#misreads.add(listener);
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#links.add(listener);
  }

  onKeys(listener: (keys: string) => void): Disposable {
    return this.#keys.add(listener);
  }

  /** Most readers show nothing that they are told. */
  signal(_outcome: ReaderOutcome): void {}

  soundAlarm(): void {}

  card(card: CardRead): void {
    this.#cards.tell(card);
  }

  /** A card as its bits, `0` and `1`, by the first of these formats that reads it. */
  bits(bits: string, formats: readonly CardFormat[]): void {
    const decoded = decodeCard(bits, formats);
    if (decoded.kind === 'read') this.card(decoded.card);
    else this.misread(`a card of ${bits.length} bits, refused for its ${decoded.reason}`, decoded.reason);
  }

  misread(why: string, reason: MisreadReason): void {
    this.#misreads.tell(why, reason);
  }

  keys(keys: string): void {
    this.#keys.tell(keys);
  }

  linkIs(link: LinkState, why: string): void {
    if (link === this.#link) return;
    this.#link = link;
    this.#links.tell(link, why);
  }
}
