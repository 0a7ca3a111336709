import { decodeCard, type CardFormat } from '#core/access/cardFormat.ts';
import type { AccessPointId, ReaderId } from '#core/kernel/ids.ts';
import { Listeners } from '../../listeners.ts';
import { ToldCards } from '../toldCards.ts';
import type { OsdpLine } from './osdpLine.ts';
import type { CardBits } from './replies.ts';

export interface OsdpCardReaderParts {
  readonly line: OsdpLine;
  readonly reader: ReaderId;
  readonly accessPoint: AccessPointId;
  /** In the order in which they are tried. */
  readonly formats: readonly CardFormat[];
}

/** One reader of an OSDP line as the card reader of an access point. Closing the line closes it. */
export class OsdpCardReader extends ToldCards {
  readonly #formats: readonly CardFormat[];
  readonly #keys = new Listeners<[keys: string]>();

  constructor({ line, reader, accessPoint, formats }: OsdpCardReaderParts) {
    super(accessPoint, line.state(reader).link);
    this.#formats = formats;
    line.onEvent((from, event) => {
      if (from !== reader) return;
      if (event.kind === 'link') this.linkIs(event.link, event.why);
      else if (event.kind === 'card') this.#read(event.bits);
      else if (event.kind === 'card-text') this.misread('a card told as text, which no card format reads');
      else if (event.kind === 'keypad') this.#keys.tell(event.keys);
    });
  }

  /** Called for keys of its keypad: digits, `*` and `#`, one or several at a time. */
  onKeys(listener: (keys: string) => void): Disposable {
    return this.#keys.add(listener);
  }

  #read(bits: CardBits): void {
    const decoded = decodeCard(bitsOf(bits), this.#formats);
    if (decoded.kind === 'read') this.card(decoded.card);
    else this.misread(`a card of ${bits.count} bits, refused for its ${decoded.reason}`);
  }
}

const bitsOf = ({ bytes, count }: CardBits): string =>
  Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, count);
