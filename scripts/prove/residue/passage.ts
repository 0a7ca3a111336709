import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KioskView, Outline } from '#contract/kioskView.ts';
import type { KioskLine } from './kioskLine.ts';

/** The one picture that the gate's camera reads, over and over. */
const PICTURE = 'before-the-camera.jpg';
/** Until whoever stood there is gone to the gate: `gone-ms` of its configuration, and a frame or two. */
const GONE_MS = 260;

/** Longer than a decision takes. */
const IDLE_MS = 150;

/** How somebody passes: walks by, stands there until the decision falls, or asks for it with a touch. */
export type Way = 'walks by' | 'stands there' | 'touches';

/** Who passes, and how. */
export interface Passing {
  readonly jpeg: Uint8Array;
  /** Where the gate's screen shows the face. */
  readonly outline: Outline;
  readonly way: Way;
  /** Behind the last one no model runs any more: nothing is overwritten by those who come later. */
  readonly isLast: boolean;
}

/** What was decided; `undefined` where nothing was. */
export type Decided = 'granted' | 'denied' | undefined;

/** In one step: the gate sees one picture or the other, and never a part. @param aside a folder on the same disk */
export function putBeforeCamera(folder: string, aside: string, jpeg: Uint8Array): void {
  const coming = join(aside, PICTURE);
  writeFileSync(coming, jpeg);
  renameSync(coming, join(folder, PICTURE));
}

export interface PassageParts {
  /** What the gate's camera reads. */
  readonly folder: string;
  readonly aside: string;
  /** A picture with nobody in it. */
  readonly empty: Uint8Array;
  readonly line: KioskLine;
}

/** Puts pictures before the gate's camera and reads on a screen what comes of it. */
export class Passage {
  readonly #parts: PassageParts;

  constructor(parts: PassageParts) {
    this.#parts = parts;
  }

  /** Settles when nobody stands there any more. */
  async pass({ jpeg, outline, way, isLast }: Passing): Promise<Decided> {
    const { line } = this.#parts;
    // Before anybody is seen: the decision might fall before the touch.
    if (way === 'touches') line.command({ kind: 'use-face' });
    this.#show(jpeg);
    if (way === 'walks by') {
      const { screen } = await line.until('a usable frame of somebody who walks by', (view) => isOfNow(view, outline));
      this.#show(this.#parts.empty);
      // Frames of that face may still be on their way, and may be enough for a decision.
      if (!isOutcome({ screen })) {
        const last = await line.until('nobody there any more', goneOrDecided());
        if (!isOutcome(last)) return undefined;
      }
    }
    const { screen } = await line.until('a decision', isOutcome);
    await this.#leave(isLast);
    return screen.kind === 'granted' ? 'granted' : 'denied';
  }

  async #leave(isLast: boolean): Promise<void> {
    const { line, empty } = this.#parts;
    this.#show(empty);
    // Takes the outcome off the screen: the next one is to be seen. While a card is awaited nobody is looked at.
    const gone = line.until('an end of the outcome', (view) => !isOutcome(view));
    line.command({ kind: isLast ? 'use-card' : 'cancel' });
    await gone;
    if (!isLast) await pause(GONE_MS);
  }

  #show(jpeg: Uint8Array): void {
    putBeforeCamera(this.#parts.folder, this.#parts.aside, jpeg);
  }
}

type Shown = Pick<KioskView, 'screen'>;

const isOutcome = ({ screen }: Shown): boolean => screen.kind === 'granted' || screen.kind === 'denied';

/** Is nobody there any more, or has a decision fallen? A screen is idle for a moment while one is made. */
function goneOrDecided(): (shown: Shown) => boolean {
  let idleSince: number | undefined;
  return ({ screen }) => {
    if (isOutcome({ screen })) return true;
    if (screen.kind === 'looking') return screen.outline === undefined;
    idleSince ??= performance.now();
    return performance.now() - idleSince > IDLE_MS;
  };
}

/** Was a usable frame of this face seen? The models answer the same to the same picture: an outline tells whose it is. */
function isOfNow({ screen }: Shown, at: Outline): boolean {
  if (isOutcome({ screen })) return true;
  if (screen.kind !== 'looking' || screen.progress === 0) return false;
  const { outline } = screen;
  return outline !== undefined && outline.x === at.x && outline.y === at.y && outline.width === at.width;
}
