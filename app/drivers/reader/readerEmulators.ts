import { after, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { EmulatedLine } from '../serial/emulatedLine.ts';
import {
  encodePn532Answer,
  encodePn532Error,
  PN532_ACK,
  PN532_BAUD_RATE,
  PN532_COMMANDS,
  PN532_WAKE,
  pn532Frames,
  type Pn532Frame,
} from './pn532Frames.ts';
import { encodeRdm6300, RDM6300_BAUD_RATE } from './rdm6300.ts';
import { encodeWiegandLine, WIEGAND_BAUD_RATE, type WiegandLineForm } from './wiegandLines.ts';

export interface ReaderEmulatorOptions {
  /** Where the line's two ends are made; it must exist and be ours alone. */
  readonly folder: string;
  readonly clock: Clock;
}

/** How often a made-up RDM6300 says what is in its field. */
const RDM6300_REPEAT_MS = millis(70);

/** A made-up RDM6300: repeats its tag until that is taken away. */
export class Rdm6300Emulator {
  readonly line: EmulatedLine;
  readonly #clock: Clock;
  #next: Disposable | undefined;

  private constructor(line: EmulatedLine, clock: Clock) {
    this.line = line;
    this.#clock = clock;
  }

  /** @throws Fault `relay` where no line can be made. */
  static async open({ folder, clock }: ReaderEmulatorOptions): Promise<Rdm6300Emulator> {
    const line = await EmulatedLine.open({ folder, clock, baudRate: RDM6300_BAUD_RATE, onBytes: () => undefined });
    return new Rdm6300Emulator(line, clock);
  }

  hold(tag: Uint8Array): void {
    this.takeAway();
    const say = (): void => {
      if (this.line.link === 'up') this.line.answer(encodeRdm6300(tag));
      this.#next = this.#clock.at(after(this.#clock.monotonic(), RDM6300_REPEAT_MS), say);
    };
    say();
  }

  takeAway(): void {
    this.#next?.[Symbol.dispose]();
    this.#next = undefined;
  }

  close(): Promise<void> {
    this.takeAway();
    return this.line.cut();
  }
}

/** A made-up bridge with a Wiegand reader behind it: says each card once. */
export class WiegandEmulator {
  readonly line: EmulatedLine;
  readonly #form: WiegandLineForm;

  private constructor(line: EmulatedLine, form: WiegandLineForm) {
    this.line = line;
    this.#form = form;
  }

  /** @throws Fault `relay` where no line can be made. */
  static async open(options: ReaderEmulatorOptions & { readonly form: WiegandLineForm }): Promise<WiegandEmulator> {
    const { folder, clock, form } = options;
    const line = await EmulatedLine.open({ folder, clock, baudRate: WIEGAND_BAUD_RATE, onBytes: () => undefined });
    return new WiegandEmulator(line, form);
  }

  /** @param bits as `0` and `1` */
  present(bits: string): void {
    const text = `${encodeWiegandLine(bits, this.#form)}\r\n`;
    this.line.answer(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  close(): Promise<void> {
    return this.line.cut();
  }
}

/** A card in the field of a made-up PN532. */
export interface EmulatedTarget {
  readonly uid: readonly number[];
  /** Of a card that speaks ISO/IEC 14443-4: what it answers to select, its own length first. */
  readonly ats?: readonly number[];
}

/** A made-up PN532: sleeps until it is woken, acknowledges, and lists up to two cards. */
export class Pn532Emulator {
  readonly #targets: EmulatedTarget[] = [];
  #line!: EmulatedLine;
  #heard: Uint8Array = new Uint8Array(0);
  #awake = false;

  /** @throws Fault `relay` where no line can be made. */
  static async open({ folder, clock }: ReaderEmulatorOptions): Promise<Pn532Emulator> {
    const chip = new Pn532Emulator();
    const onBytes = (bytes: Uint8Array): void => chip.#hear(bytes);
    chip.#line = await EmulatedLine.open({ folder, clock, baudRate: PN532_BAUD_RATE, onBytes });
    return chip;
  }

  get line(): EmulatedLine {
    return this.#line;
  }

  hold(target: EmulatedTarget): void {
    this.#targets.push(target);
  }

  takeAway(): void {
    this.#targets.length = 0;
  }

  /** As after a power failure: it listens to nothing before it is woken. */
  sleep(): void {
    this.#awake = false;
  }

  close(): Promise<void> {
    return this.#line.cut();
  }

  #hear(bytes: Uint8Array): void {
    const all = Uint8Array.from([...this.#heard, ...bytes]);
    if (!this.#awake && !all.includes(PN532_WAKE[0]!)) return;
    this.#awake = true;
    const { frames, used } = pn532Frames(all);
    this.#heard = all.slice(used);
    for (const one of frames) this.#obey(one);
  }

  #obey(frame: Pn532Frame): void {
    if (frame.kind !== 'data' || frame.from !== 'host') return;
    const answer = this.#answer(frame.code, frame.data);
    this.#line.answer(Uint8Array.from([...PN532_ACK, ...(answer ?? encodePn532Error())]));
  }

  #answer(code: number, data: Uint8Array): Uint8Array | undefined {
    switch (code) {
      case PN532_COMMANDS.firmware:
        return encodePn532Answer(code, [0x32, 0x01, 0x06, 0x07]);
      case PN532_COMMANDS.sam:
      case PN532_COMMANDS.radio:
        return encodePn532Answer(code, []);
      case PN532_COMMANDS.list: {
        const found = this.#targets.slice(0, data[0]);
        const listed = found.flatMap(({ uid, ats }, which) => [
          which + 1,
          0x00,
          0x04,
          ats === undefined ? 0x08 : 0x20,
          uid.length,
          ...uid,
          ...(ats ?? []),
        ]);
        return encodePn532Answer(code, [found.length, ...listed]);
      }
      default:
        return undefined;
    }
  }
}
