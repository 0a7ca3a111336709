import { uidCard } from '#core/access/cardFormat.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { Attendance } from '../serial/attendance.ts';
import { Exchange } from '../serial/exchange.ts';
import { digits } from '../serial/hex.ts';
import type { ListeningReader } from './listeningReader.ts';
import { Presence } from './presence.ts';
import {
  encodePn532,
  hearPn532,
  PN532_BAUD_RATE,
  PN532_COMMANDS,
  PN532_WAKE,
  pn532Targets,
  type Pn532Answer,
} from './pn532Frames.ts';
import { ToldCards } from './toldCards.ts';

/** How often the field is looked at. */
export const PN532_EVERY_MS = millis(150);
/** A card that was not listed for so long is gone: one look may miss it. */
export const PN532_GONE_MS = millis(600);
/** Looking for two cards takes up to 100 ms. */
const ANSWER_MS = millis(300);
const TRIES = 2;
/** Cards in the field at once; the chip can hold no more. */
const TARGETS_MAX = 2;
/** Normal mode, without a secure module. */
const SAM_NORMAL = [0x01];
/** MaxRetries: of each kind of activation one, so that a look ends also where no card is. */
const RADIO_RETRIES = [0x05, 0x01, 0x00, 0x01];
/** 106 kbit/s, type A. */
const TYPE_A = 0x00;

export interface Pn532Options {
  readonly accessPoint: AccessPointId;
  readonly path: string;
  readonly clock: Clock;
}

export interface Pn532Reader extends ListeningReader {
  /** Is something being asked of the chip? */
  readonly busy: boolean;
}

/** Resolves when the chip answered, or did not: the reader is down then, and woken again for as long as it takes. */
export async function openPn532({ accessPoint, path, clock }: Pn532Options): Promise<Pn532Reader> {
  const exchange = await Exchange.open({ path, baudRate: PN532_BAUD_RATE, clock, faults: 'reader' });
  const told = new ToldCards(accessPoint, 'down');
  const chip = new Chip({ name: `PN532 at ${accessPoint}`, exchange, clock, told });
  const attendance = await Attendance.open({
    name: chip.name,
    exchange,
    clock,
    faults: 'reader',
    probe: () => chip.look(),
    everyMs: PN532_EVERY_MS,
  });
  if (attendance.link === 'up') told.linkIs('up', `${chip.name} answers on ${path}`);
  attendance.onLink((link, why) => {
    if (link === 'down') chip.forget();
    told.linkIs(link, why);
  });
  return Object.defineProperty(
    Object.assign(told, {
      busy: false,
      close: async () => {
        attendance.close();
        chip.forget();
        await exchange.close();
        told.linkIs('down', `${path} was closed`);
      },
    }),
    'busy',
    { get: () => exchange.busy },
  );
}

interface ChipParts {
  readonly name: string;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly told: ToldCards;
}

class Chip {
  readonly name: string;
  readonly #exchange: Exchange;
  readonly #told: ToldCards;
  readonly #presence: Presence;
  #awake = false;

  constructor({ name, exchange, clock, told }: ChipParts) {
    this.name = name;
    this.#exchange = exchange;
    this.#told = told;
    this.#presence = new Presence(clock, PN532_GONE_MS);
  }

  /** Wakes the chip where it may sleep, and looks once at its field. @throws Fault `reader` */
  async look(): Promise<void> {
    if (!this.#awake) {
      await this.#exchange.tell(PN532_WAKE);
      await this.#ask('be awake', PN532_COMMANDS.sam, SAM_NORMAL);
      await this.#ask('look once', PN532_COMMANDS.radio, RADIO_RETRIES);
      this.#awake = true;
    }
    const data = await this.#ask('list cards', PN532_COMMANDS.list, [TARGETS_MAX, TYPE_A]);
    const targets = pn532Targets(data);
    if (targets === undefined) {
      this.#told.misread('a list of cards that does not add up', 'broken');
      return;
    }
    for (const { uid, random } of targets) {
      // A random number is another at every look; its card is one all the same.
      if (!this.#presence.isNew(random ? 'random' : digits(uid))) continue;
      if (random) this.#told.misread('a card that makes up its number anew each time', 'random-number');
      else this.#told.card(uidCard(uid));
    }
  }

  /** Whoever is in the field is looked at anew, and the chip is woken first. */
  forget(): void {
    this.#awake = false;
    this.#presence.clear();
  }

  async #ask(asks: string, code: number, parameters: readonly number[]): Promise<Uint8Array> {
    const answer: Pn532Answer = await this.#exchange.ask({
      thing: this.name,
      asks,
      bytes: encodePn532(code, parameters),
      hear: (heard) => hearPn532(heard, code),
      withinMs: ANSWER_MS,
      tries: TRIES,
    });
    if (answer.kind === 'answered') return answer.data;
    throw new Fault('reader', { thing: this.name, found: `a refusal to ${asks}`, expected: 'an answer' });
  }
}
