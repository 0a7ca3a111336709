import type { MeasuredFace } from '#core/biometrics/face.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { assessQuality } from '#core/biometrics/quality.ts';
import { selectPresenter } from '#core/biometrics/selectPresenter.ts';
import { Fault } from '#core/kernel/fault.ts';
import { createJpegDecoder, type JpegDecoder } from '#drivers/camera/jpeg.ts';
import type { OperatingPoint } from '#core/biometrics/operatingPoint.ts';
import type { Outline } from '#contract/kioskView.ts';
import type { Eyes, Look, Seen } from '../../traces/eyes.ts';
import type { EncodeJpeg } from '../../traces/jpegEncoder.ts';
import type { Portraits } from './photographs.ts';
import { standsAt, variationOf, type Side } from './variation.ts';

/** Variations of faces that are tried for one that the gate takes for a living face in good light. */
const TRIES_MAX = 40;

/** A face as it is shown to the gate. */
export interface ShownFace {
  readonly number: number;
  readonly side: Side;
  /** The picture that the gate's camera reads. */
  readonly jpeg: Uint8Array;
  /** Where the screen shows its outline. */
  readonly outline: Outline;
  /** What the gate makes of it. */
  readonly look: Look;
  readonly face: MeasuredFace;
}

export interface ShownFacesParts {
  readonly portraits: Portraits;
  readonly eyes: Eyes;
  readonly encode: EncodeJpeg;
  readonly config: TerminalConfig;
  readonly operating: OperatingPoint;
  readonly random: () => number;
}

/** Makes one face after the other: each is one that the gate looks at to the end, and extracts features of. */
export class ShownFaces implements Disposable {
  readonly #parts: ShownFacesParts;
  readonly #decoder: JpegDecoder;
  #number = 0;
  #turn = 0;

  private constructor(parts: ShownFacesParts, decoder: JpegDecoder) {
    this.#parts = parts;
    this.#decoder = decoder;
  }

  static async open(parts: ShownFacesParts): Promise<ShownFaces> {
    return new ShownFaces(parts, await createJpegDecoder());
  }

  /** @throws Fault `picture` where no photograph gives one */
  async next(): Promise<ShownFace> {
    const { portraits, random } = this.#parts;
    const number = ++this.#number;
    const side: Side = number % 2 === 0 ? 'left' : 'right';
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const jpeg = this.#parts.encode(variationOf(await portraits.inTurn(this.#turn++), side, random));
      const seen = await this.#usable(jpeg, side);
      if (seen === undefined) continue;
      const { box } = seen.face;
      const { width, height } = seen.look;
      const x = 1 - (box.x + box.width) / width;
      const outline = { x, y: box.y / height, width: box.width / width, height: box.height / height };
      return { number, side, jpeg, outline, look: seen.look, face: seen.face };
    }
    const found = `none in ${TRIES_MAX} variations`;
    throw new Fault('picture', { thing: 'photographs', found, expected: 'a face that the gate can use' });
  }

  [Symbol.dispose](): void {
    this.#decoder[Symbol.dispose]();
  }

  /** The picture as the gate's camera decodes it, looked at with the gate's models and limits. */
  #usable(jpeg: Uint8Array, side: Side): Promise<Seen | undefined> {
    const { eyes, config, operating } = this.#parts;
    const { width, height, rgb } = this.#decoder.decode(jpeg);
    return eyes.see(
      { width, height, pixels: rgb },
      (face, { live }, faces) =>
        standsAt(side, face.box) &&
        config.accessPoints.some(({ zone }) => selectPresenter(faces, zone, { width, height }).kind === 'presenter') &&
        assessQuality(face, config.biometrics.quality).kind === 'usable' &&
        live >= operating.pad.meanMin,
    );
  }
}
