import type { CardFormat } from '#core/access/cardFormat.ts';
import { bitsOfCardText, type CardTextForm } from '#core/access/cardText.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import type { TypedCards } from '#core/ports/hardware.ts';
import { ToldCards } from './toldCards.ts';

export interface KeyboardReaderParts {
  readonly accessPoint: AccessPointId;
  readonly text: CardTextForm;
  /** In the order in which they are tried. */
  readonly formats: readonly CardFormat[];
}

/**
 * A reader that is plugged in as a keyboard: the screen hears its keys. Nobody can tell whether it is there, and whoever
 * has a keyboard can type the same: its cards are worth what a serial number is.
 */
export class KeyboardReader extends ToldCards implements TypedCards {
  readonly #text: CardTextForm;
  readonly #formats: readonly CardFormat[];

  constructor({ accessPoint, text, formats }: KeyboardReaderParts) {
    super(accessPoint, 'up');
    this.#text = text;
    this.#formats = formats;
  }

  typed(text: string): void {
    const bits = bitsOfCardText(text, this.#text);
    if (bits !== undefined) this.bits(bits, this.#formats);
    else
      this.misread(
        `${text.length} typed characters that are no ${this.#text.digits} number of ${this.#text.bits} bits`,
        'text',
      );
  }

  mistyped(): void {
    this.misread('keys too quick for a person that were no card', 'broken');
  }
}
