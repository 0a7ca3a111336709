import { Listeners } from '#core/kernel/listeners.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { LinkState, RelayLevel } from '#core/ports/hardware.ts';
import { EmulatedLine } from '../serial/emulatedLine.ts';
import { EmulatedRelays, type BoardEmulator, type RelayMove } from './emulatedRelays.ts';
import {
  KMTRONIC_ASK,
  KMTRONIC_ASK_ALL,
  KMTRONIC_BAUD_RATE,
  KMTRONIC_HEAD,
  KMTRONIC_SMALL_CHANNELS_MAX,
} from './kmtronicTalk.ts';
import { NUMATO_BAUD_RATE, NUMATO_PROMPT, numatoName } from './numatoTalk.ts';

export interface AnsweringEmulatorOptions {
  /** Where the line's two ends are made; it must exist and be ours alone. */
  readonly folder: string;
  readonly channels: number;
  readonly clock: Clock;
}

/** What a made-up board does with what it hears. */
interface Ears {
  /** The bytes of its answer to these; empty where it has none. */
  hear(bytes: Uint8Array): Uint8Array;
}

/** A made-up board at the far end of a real serial line that answers as the real ones do. */
export class AnsweringEmulator implements BoardEmulator {
  readonly relays: EmulatedRelays;
  readonly #makeEars: (relays: EmulatedRelays) => Ears;
  readonly #heard = new Listeners<[bytes: Uint8Array]>();
  #ears: Ears;
  #line!: EmulatedLine;

  private constructor(options: AnsweringEmulatorOptions, makeEars: (relays: EmulatedRelays) => Ears) {
    this.relays = new EmulatedRelays(options);
    this.#makeEars = makeEars;
    this.#ears = makeEars(this.relays);
  }

  /** @throws Fault `relay` where no line can be made. */
  static openKmtronic(options: AnsweringEmulatorOptions): Promise<AnsweringEmulator> {
    return AnsweringEmulator.#open(options, KMTRONIC_BAUD_RATE, (relays) => new KmtronicEars(relays));
  }

  /** @throws Fault `relay` where no line can be made. */
  static openNumato(options: AnsweringEmulatorOptions): Promise<AnsweringEmulator> {
    return AnsweringEmulator.#open(options, NUMATO_BAUD_RATE, (relays) => new NumatoEars(relays));
  }

  static async #open(
    options: AnsweringEmulatorOptions,
    baudRate: number,
    makeEars: (relays: EmulatedRelays) => Ears,
  ): Promise<AnsweringEmulator> {
    const board = new AnsweringEmulator(options, makeEars);
    const { folder, clock } = options;
    board.#line = await EmulatedLine.open({ folder, clock, baudRate, onBytes: (bytes) => board.#hear(bytes) });
    return board;
  }

  get line(): EmulatedLine {
    return this.#line;
  }

  get path(): string {
    return this.#line.path;
  }

  get link(): LinkState {
    return this.#line.link;
  }

  level(channel: number): RelayLevel {
    return this.relays.level(channel);
  }

  onMove(listener: (move: RelayMove) => void): Disposable {
    return this.relays.onMove(listener);
  }

  /** Called for whatever comes in, before it is obeyed. */
  onHeard(listener: (bytes: Uint8Array) => void): Disposable {
    return this.#heard.add(listener);
  }

  losePower(): void {
    this.relays.losePower();
    this.#ears = this.#makeEars(this.relays);
  }

  cut(): Promise<void> {
    return this.#line.cut();
  }

  mend(): Promise<void> {
    return this.#line.mend();
  }

  close(): Promise<void> {
    return this.cut();
  }

  #hear(bytes: Uint8Array): void {
    this.#heard.tell(bytes);
    const answer = this.#ears.hear(bytes);
    if (answer.length > 0) this.#line.answer(answer);
  }
}

/** `FF channel state`, found again behind whatever is none. */
export class KmtronicEars implements Ears {
  readonly #relays: EmulatedRelays;
  #rest: number[] = [];

  constructor(relays: EmulatedRelays) {
    this.#relays = relays;
  }

  hear(bytes: Uint8Array): Uint8Array {
    const all = [...this.#rest, ...bytes];
    const answer: number[] = [];
    let at = 0;
    while (at + 3 <= all.length) {
      const said = all[at] === KMTRONIC_HEAD ? this.#obey(all[at + 1]!, all[at + 2]!) : undefined;
      answer.push(...(said ?? []));
      at += said === undefined ? 1 : 3;
    }
    this.#rest = all.slice(at);
    return Uint8Array.from(answer);
  }

  /** The answer to a command, undefined where it is none. */
  #obey(channel: number, state: number): number[] | undefined {
    const small = this.#relays.channels <= KMTRONIC_SMALL_CHANNELS_MAX;
    const stateOf = (which: number): number => (this.#relays.level(which) === 'energised' ? 1 : 0);
    if (channel === KMTRONIC_ASK_ALL && state === 0 && !small) {
      return Array.from({ length: this.#relays.channels }, (_, i) => stateOf(i + 1));
    }
    if (!this.#relays.has(channel)) return undefined;
    if (state === KMTRONIC_ASK && small) return [KMTRONIC_HEAD, channel, stateOf(channel)];
    if (state !== 0 && state !== 1) return undefined;
    this.#relays.set(channel, state === 1 ? 'energised' : 'de-energised');
    return [];
  }
}

/** A line longer than this is forgotten. */
const NUMATO_LINE_CHARACTERS_MAX = 64;

/** Echoes every character, and answers a line when its CR comes. */
export class NumatoEars implements Ears {
  readonly #relays: EmulatedRelays;
  #line = '';

  constructor(relays: EmulatedRelays) {
    this.#relays = relays;
  }

  hear(bytes: Uint8Array): Uint8Array {
    let said = '';
    for (const byte of bytes) {
      const character = String.fromCharCode(byte);
      if (character === '\r') {
        const answer = this.#obey(this.#line);
        said += `\n\r${answer === '' ? '' : `${answer}\n\r`}${NUMATO_PROMPT}`;
        this.#line = '';
      } else {
        said += character;
        this.#line = (this.#line + character).slice(-NUMATO_LINE_CHARACTERS_MAX);
      }
    }
    return Uint8Array.from(said, (c) => c.charCodeAt(0));
  }

  #obey(line: string): string {
    const words = line.split(' ');
    if (line === 'ver') return 'A0000008';
    if (line === 'id get') return '00000000';
    if (line === 'relay readall') return this.#all();
    const [relay, verb, which, more] = words;
    const channel = Array.from({ length: this.#relays.channels }, (_, i) => i + 1).find((c) => numatoName(c) === which);
    if (relay !== 'relay' || channel === undefined || more !== undefined) return '';
    if (verb === 'read') return this.#relays.level(channel) === 'energised' ? 'on' : 'off';
    if (verb === 'on' || verb === 'off') this.#relays.set(channel, verb === 'on' ? 'energised' : 'de-energised');
    return '';
  }

  #all(): string {
    let bits = 0;
    for (let channel = 1; channel <= this.#relays.channels; channel++) {
      if (this.#relays.level(channel) === 'energised') bits += 2 ** (channel - 1);
    }
    return bits.toString(16).padStart(Math.ceil(this.#relays.channels / 4), '0');
  }
}
