import { parsePassText, type UnverifiedPass } from '#core/access/passText.ts';
import { after, millis, type Monotonic } from '#core/kernel/units.ts';
import type { Frame } from '#core/ports/camera.ts';
import type { CodeReader } from '#core/ports/codeReader.ts';

/** From one look for a code to the next: a few times a second is as fast as a hand can hold up a telephone. */
export const CODE_LOOK_MS = 200;
/** How long the screen says that a code was no pass. */
const FOREIGN_TOLD_MS = 2_000;

/** Looks for the code of a pass in frames. What is no pass is nothing that is kept. */
export class PassLook {
  readonly #reader: CodeReader;
  #next: Monotonic | undefined;
  #foreignUntil: Monotonic | undefined;

  constructor(reader: CodeReader) {
    this.#reader = reader;
  }

  /** The pass that a frame shows. Undefined for none, for a code that is none, and for a frame that comes too early. */
  async look(frame: Frame): Promise<UnverifiedPass | undefined> {
    const at = frame.capturedAt;
    if (this.#next !== undefined && at < this.#next) return undefined;
    this.#next = after(at, millis(CODE_LOOK_MS));
    const seen = await this.#reader.readCode(frame);
    if (seen === undefined) return undefined;
    const pass = seen.kind === 'text' ? parsePassText(seen.bytes) : undefined;
    if (seen.kind === 'text') seen.bytes.fill(0);
    this.#foreignUntil = pass === undefined ? after(at, millis(FOREIGN_TOLD_MS)) : undefined;
    return pass;
  }

  /** Was a code seen just now that is no pass? */
  isForeign(at: Monotonic): boolean {
    return this.#foreignUntil !== undefined && at < this.#foreignUntil;
  }

  /** Somebody else begins. */
  begin(): void {
    this.#next = undefined;
    this.#foreignUntil = undefined;
  }
}
