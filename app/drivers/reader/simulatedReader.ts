import type { AccessPointId } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import type { CardRead, CardReader, LinkState, MisreadReason, ReaderOutcome } from '#core/ports/hardware.ts';

/** A reader before which cards are held by hand. Nothing is read while its line is cut. */
export class SimulatedReader implements CardReader {
  readonly accessPoint: AccessPointId;
  readonly #cards = new Listeners<[card: CardRead]>();
  readonly #misreads = new Listeners<[why: string, reason: MisreadReason]>();
  readonly #keys = new Listeners<[keys: string]>();
  readonly #signals = new Listeners<[outcome: ReaderOutcome]>();
  readonly #alarms = new Listeners<[]>();
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  #link: LinkState = 'up';

  constructor(accessPoint: AccessPointId) {
    this.accessPoint = accessPoint;
  }

  get link(): LinkState {
    return this.#link;
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#links.add(listener);
  }

  onCard(listener: (card: CardRead) => void): Disposable {
    return this.#cards.add(listener);
  }

  onMisread(listener: (why: string, reason: MisreadReason) => void): Disposable {
    return this.#misreads.add(listener);
  }

  onKeys(listener: (keys: string) => void): Disposable {
    return this.#keys.add(listener);
  }

  signal(outcome: ReaderOutcome): void {
    if (this.#link === 'up') this.#signals.tell(outcome);
  }

  soundAlarm(): void {
    if (this.#link === 'up') this.#alarms.tell();
  }

  /** Called for each bout of its alarm. */
  onAlarm(listener: () => void): Disposable {
    return this.#alarms.add(listener);
  }

  /** Called for whatever its lights are told to show. */
  onSignal(listener: (outcome: ReaderOutcome) => void): Disposable {
    return this.#signals.add(listener);
  }

  /** Presses keys of its keypad. */
  press(keys: string): void {
    if (this.#link === 'up') this.#keys.tell(keys);
  }

  /** Holds something before the reader that counts for no card. */
  misread(why: string, reason: MisreadReason = 'parity'): void {
    if (this.#link === 'up') this.#misreads.tell(why, reason);
  }

  /** Holds a card before the reader. */
  show(card: CardRead): void {
    if (this.#link === 'up') this.#cards.tell(card);
  }

  setLine(link: LinkState): void {
    if (link === this.#link) return;
    this.#link = link;
    this.#links.tell(link, link === 'up' ? 'the simulated line was mended' : 'the simulated line was cut');
  }
}
