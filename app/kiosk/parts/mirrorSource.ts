import type { MirrorPicture } from '../../contract/mirrorFrame.ts';

/** Where mirror pictures come from: each is drawn at once and kept by nobody. */
export type MirrorSource = (onPicture: (picture: MirrorPicture | undefined) => void) => () => void;

/** Hands pictures from the bridge to whichever canvas is there; with none, they are overwritten. */
export class MirrorRelay {
  #onPicture: ((picture: MirrorPicture | undefined) => void) | undefined;

  readonly source: MirrorSource = (onPicture) => {
    this.#onPicture = onPicture;
    return () => {
      if (this.#onPicture === onPicture) this.#onPicture = undefined;
    };
  };

  /** Two zeros in the header clear the picture as `undefined` does. */
  pass(crossed: MirrorPicture | undefined): void {
    const picture = crossed?.width === 0 || crossed?.height === 0 ? undefined : crossed;
    if (this.#onPicture === undefined) picture?.pixels.fill(0);
    else this.#onPicture(picture);
  }
}
