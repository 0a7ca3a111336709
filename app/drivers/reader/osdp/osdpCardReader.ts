import type { CardFormat } from '#core/access/cardFormat.ts';
import type { AccessPointId, ReaderId } from '#core/kernel/ids.ts';
import { ALARM_TONE_MS, type ReaderOutcome } from '#core/ports/hardware.ts';
import { ToldCards } from '../toldCards.ts';
import type { BuzzerCommand, LedCommand } from './commands.ts';
import type { OsdpLine } from './osdpLine.ts';
import type { CardBits } from './replies.ts';

export interface OsdpCardReaderParts {
  readonly line: Pick<OsdpLine, 'state' | 'onEvent' | 'tell'>;
  readonly reader: ReaderId;
  readonly accessPoint: AccessPointId;
  /** In the order in which they are tried. */
  readonly formats: readonly CardFormat[];
}

/** Tenths of a second for which a decision is shown, and that a tone takes. */
const SHOWN_TENTHS = 30;
const TONE_TENTHS = 2;
const TONES: Readonly<Record<ReaderOutcome, number>> = { granted: 1, denied: 3, 'try-again': 2 };
const COLOURS = { granted: 'green', denied: 'red', 'try-again': 'amber' } as const;

/** One reader of an OSDP line as the card reader of an access point. Closing the line closes it. */
export class OsdpCardReader extends ToldCards {
  readonly #line: OsdpCardReaderParts['line'];
  readonly #reader: ReaderId;

  constructor({ line, reader, accessPoint, formats }: OsdpCardReaderParts) {
    super(accessPoint, line.state(reader).link);
    this.#line = line;
    this.#reader = reader;
    line.onEvent((from, event) => {
      if (from !== reader) return;
      if (event.kind === 'link') this.linkIs(event.link, event.why);
      else if (event.kind === 'card') this.bits(bitsOf(event.bits), formats);
      else if (event.kind === 'card-text') this.misread('a card told as text, which no card format reads', 'text');
      else if (event.kind === 'keypad') this.keys(event.keys);
    });
  }

  /** What the reader cannot show, it refuses; one that is not there shows nothing. */
  override signal(outcome: ReaderOutcome): void {
    if (this.link === 'down') return;
    for (const command of [lightOf(outcome), tonesOf(outcome)]) {
      void this.#line.tell(this.#reader, command).catch(() => undefined);
    }
  }

  override soundAlarm(): void {
    if (this.link === 'down') return;
    void this.#line.tell(this.#reader, ALARM_TONES).catch(() => undefined);
  }
}

const TENTH_MS = 100;
const ALARM_TIMES = 2;
const ALARM_TENTHS = ALARM_TONE_MS / TENTH_MS / ALARM_TIMES / 2;
const ALARM_TONES: BuzzerCommand = {
  kind: 'buzzer',
  reader: 0,
  tone: 'default',
  on: ALARM_TENTHS,
  off: ALARM_TENTHS,
  times: ALARM_TIMES,
};

const bitsOf = ({ bytes, count }: CardBits): string =>
  Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, count);

const lightOf = (outcome: ReaderOutcome): LedCommand => {
  const colour = COLOURS[outcome];
  return {
    kind: 'led',
    reader: 0,
    led: 0,
    temporary: { on: SHOWN_TENTHS, off: 0, onColour: colour, offColour: 'black', tenths: SHOWN_TENTHS },
  };
};

const tonesOf = (outcome: ReaderOutcome): BuzzerCommand => ({
  kind: 'buzzer',
  reader: 0,
  tone: 'default',
  on: TONE_TENTHS,
  off: TONE_TENTHS,
  times: TONES[outcome],
});
