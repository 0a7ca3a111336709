import type { AccessPointId, ReaderId } from '#core/kernel/ids.ts';
import type { CardRead, CardReader, LinkState } from '#core/ports/hardware.ts';
import { Listeners } from '../../listeners.ts';
import type { OsdpLine } from './osdpLine.ts';
import type { CardBits } from './replies.ts';

/** A card from its bits, by the card formats; or why they are none. */
export type ReadBits = (bits: CardBits) => CardRead | { readonly misread: string };

export interface OsdpCardReaderParts {
  readonly line: OsdpLine;
  readonly reader: ReaderId;
  readonly accessPoint: AccessPointId;
  readonly readBits: ReadBits;
}

/** One reader of an OSDP line as the card reader of an access point. What is no card of the formats is told as misread. */
export class OsdpCardReader implements CardReader {
  readonly accessPoint: AccessPointId;
  readonly #line: OsdpLine;
  readonly #reader: ReaderId;
  readonly #cards = new Listeners<[card: CardRead]>();
  readonly #misreads = new Listeners<[why: string]>();
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  readonly #keys = new Listeners<[keys: string]>();

  constructor({ line, reader, accessPoint, readBits }: OsdpCardReaderParts) {
    this.accessPoint = accessPoint;
    this.#line = line;
    this.#reader = reader;
    line.onEvent((from, event) => {
      if (from !== reader) return;
      if (event.kind === 'link') this.#links.tell(event.link, event.why);
      else if (event.kind === 'card') this.#read(readBits(event.bits));
      else if (event.kind === 'card-text') this.#misreads.tell('a card told as text, which no card format reads');
      else if (event.kind === 'keypad') this.#keys.tell(event.keys);
    });
  }

  get link(): LinkState {
    return this.#line.state(this.#reader).link;
  }

  onCard(listener: (card: CardRead) => void): Disposable {
    return this.#cards.add(listener);
  }

  onMisread(listener: (why: string) => void): Disposable {
    return this.#misreads.add(listener);
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#links.add(listener);
  }

  /** Called for keys of its keypad: digits, `*` and `#`, one or several at a time. */
  onKeys(listener: (keys: string) => void): Disposable {
    return this.#keys.add(listener);
  }

  #read(read: ReturnType<ReadBits>): void {
    if ('misread' in read) this.#misreads.tell(read.misread);
    else this.#cards.tell(read);
  }
}
