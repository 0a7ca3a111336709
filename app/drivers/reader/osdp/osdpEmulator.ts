import { after, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { EmulatedLine } from '../../serial/emulatedLine.ts';
import type { EmulatedReader } from './emulatedReader.ts';
import { FrameParser } from './frames.ts';

const BITS_A_CHARACTER = 10;

export interface OsdpEmulatorOptions {
  /** Where the line's ends are to be. */
  readonly folder: string;
  readonly clock: Clock;
  readonly readers: readonly EmulatedReader[];
  readonly baudRate: number;
  /** Does everything take as long as its bytes would on a real line of this rate? A pseudo-terminal has no rate. */
  readonly paced?: boolean;
}

/** Readers on one OSDP line, over a serial line without hardware. */
export class OsdpEmulator {
  readonly readers: readonly EmulatedReader[];
  readonly #options: OsdpEmulatorOptions;
  #parser = new FrameParser();
  #line: EmulatedLine | undefined;

  private constructor(options: OsdpEmulatorOptions) {
    this.#options = options;
    this.readers = options.readers;
  }

  /** @throws Fault `relay` where no line can be made. */
  static async open(options: OsdpEmulatorOptions): Promise<OsdpEmulator> {
    const { folder, baudRate, clock } = options;
    const emulator = new OsdpEmulator(options);
    const onBytes = (bytes: Uint8Array): void => emulator.#take(bytes);
    const onPlugged = (): void => void (emulator.#parser = new FrameParser());
    emulator.#line = await EmulatedLine.open({ folder, baudRate, clock, onBytes, onPlugged });
    return emulator;
  }

  /** The line itself: it can be cut and mended, and answers in many manners. The readers keep their power. */
  get line(): EmulatedLine {
    return this.#line!;
  }

  /** The port that the gate opens. It is there while the line is whole. */
  get path(): string {
    return this.line.path;
  }

  close(): Promise<void> {
    return this.line.cut();
  }

  /** On a paced line a command is there when its last byte would be, and an answer likewise. */
  #take(bytes: Uint8Array): void {
    const frames = this.#parser.feed(bytes);
    this.#after(bytes.length, () => {
      for (const frame of frames) {
        for (const reader of this.readers) {
          const answer = reader.take(frame, this.#options.clock.monotonic());
          if (answer !== undefined) this.#after(answer.length, () => this.#answer(answer));
        }
      }
    });
  }

  /** A line that was cut meanwhile loses what was on it. */
  #answer(answer: Uint8Array): void {
    if (this.line.link === 'up') this.line.answer(answer);
  }

  #after(characters: number, act: () => void): void {
    const { clock, baudRate, paced = false } = this.#options;
    if (!paced) return act();
    const takes = millis((characters * BITS_A_CHARACTER * 1_000) / baudRate);
    clock.at(after(clock.monotonic(), takes), act);
  }
}
