/** RGB, 8 bits a channel, rows without padding: what image operations need of a Frame. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** How pixels become the numbers of a model's input: (value 0..255 - subtract) / divide, one plane a channel. */
export interface Encoding {
  /** Order of the planes; grey is 0.299 R + 0.587 G + 0.114 B. */
  readonly colour: 'RGB' | 'BGR' | 'grey';
  /** By plane. */
  readonly subtract: readonly number[];
  readonly divide: readonly number[];
}

export const GREY_RED = 0.299;
export const GREY_GREEN = 0.587;
export const GREY_BLUE = 0.114;
