import { Fault } from '#core/kernel/fault.ts';
import { checkPictureSize, PICTURE_BYTES_MAX } from './pictureLimits.ts';

/** Scans of one picture; progressive ones have about ten, and more are only made to keep a decoder busy. */
const SCANS_MAX = 64;
/** Bytes of a frame header up to the number of its components. */
const FRAME_HEADER_BYTES = 6;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const TEM = 0x01;

export interface JpegSize {
  readonly width: number;
  readonly height: number;
}

type Place =
  | { readonly in: 'start'; readonly seen: number }
  | { readonly in: 'marker'; readonly seen: number }
  | { readonly in: 'length'; readonly marker: number; readonly high?: number }
  | { readonly in: 'segment'; readonly marker: number; left: number }
  | { readonly in: 'scan'; escaped: boolean }
  | { readonly in: 'end' };

/**
 * Walks the markers of one JPEG (ITU-T T.81, annex B) as its bytes come in, in pieces cut anywhere: finds its end,
 * since a decoder fills a truncated picture with grey, and its size before anything is decoded.
 */
export class JpegWalker {
  readonly #thing: string;
  readonly #frameHeader: number[] = [];
  #place: Place = { in: 'start', seen: 0 };
  #walked = 0;
  #scans = 0;
  #size: JpegSize | undefined;

  /** `thing` names the picture in faults. */
  constructor(thing: string) {
    this.#thing = thing;
  }

  /** The picture's size, once its frame header was read. */
  get size(): JpegSize | undefined {
    return this.#size;
  }

  /** Has any byte of the picture been seen? */
  get begun(): boolean {
    return this.#walked > 0;
  }

  /**
   * Takes the next bytes. Returns how many of them belong to the picture where it ends among them, else `undefined`.
   * @throws Fault `picture` where this is no JPEG that can be read.
   */
  feed(bytes: Uint8Array): number | undefined {
    let at = 0;
    while (at < bytes.length && this.#place.in !== 'end') {
      at = this.#place.in === 'segment' || this.#place.in === 'scan' ? this.#skip(bytes, at) : this.#take(bytes, at);
    }
    this.#walked += at;
    if (this.#walked > PICTURE_BYTES_MAX)
      throw this.#fault(`more than ${PICTURE_BYTES_MAX} bytes`, 'a shorter picture');
    return this.#place.in === 'end' ? at : undefined;
  }

  /** @throws Fault `picture`: for whoever has no more bytes although the picture did not end. */
  endsTooEarly(): Fault {
    return this.#fault(
      this.#walked === 0 ? 'nothing' : `its end after ${this.#walked} bytes, in the ${this.#place.in}`,
      'a whole JPEG picture, with its end marker FF D9',
    );
  }

  #take(bytes: Uint8Array, at: number): number {
    const byte = bytes[at]!;
    const place = this.#place;
    switch (place.in) {
      case 'start':
        if (byte !== [0xff, SOI][place.seen]) throw this.#fault(this.#hex(byte, at), 'a JPEG picture, beginning FF D8');
        this.#place = place.seen === 0 ? { in: 'start', seen: 1 } : { in: 'marker', seen: 0 };
        break;
      case 'marker':
        if (place.seen === 0 && byte !== 0xff) throw this.#fault(this.#hex(byte, at), 'a marker, beginning FF');
        // Any number of FF may stand before a marker's code.
        if (place.seen === 0 || byte === 0xff) this.#place = { in: 'marker', seen: 1 };
        else this.#onMarker(byte, at);
        break;
      case 'length':
        if (place.high === undefined) this.#place = { ...place, high: byte };
        else this.#onLength(place.marker, place.high * 256 + byte, at);
        break;
      default:
        break;
    }
    return at + 1;
  }

  #onMarker(marker: number, at: number): void {
    if (marker === EOI) {
      if (this.#size === undefined || this.#scans === 0)
        throw this.#fault('no picture before its end marker', 'a picture');
      this.#place = { in: 'end' };
    } else if (marker === TEM || (marker >= 0xd0 && marker <= 0xd7)) {
      this.#place = { in: 'marker', seen: 0 };
    } else if (marker === SOI || marker === 0x00) {
      throw this.#fault(`marker FF ${hex(marker)} at byte ${this.#walked + at}`, 'a marker with a segment');
    } else {
      this.#place = { in: 'length', marker };
    }
  }

  #onLength(marker: number, length: number, at: number): void {
    if (length < 2)
      throw this.#fault(`a segment of length ${length} at byte ${this.#walked + at}`, 'a length of at least 2');
    if (isFrameHeader(marker) && marker > 0xc2) {
      throw this.#fault(`the coding FF ${hex(marker)}`, 'a baseline or progressive JPEG');
    }
    if (isFrameHeader(marker) && this.#size !== undefined) throw this.#fault('a second frame header', 'one');
    this.#place = length === 2 ? { in: 'marker', seen: 0 } : { in: 'segment', marker, left: length - 2 };
    if (marker !== SOS) return;
    if (this.#size === undefined) throw this.#fault('a scan before the frame header', 'a frame header first');
    if (++this.#scans > SCANS_MAX) throw this.#fault(`more than ${SCANS_MAX} scans`, 'fewer');
  }

  #skip(bytes: Uint8Array, at: number): number {
    const place = this.#place;
    if (place.in === 'segment') return this.#inSegment(place, bytes, at);
    if (place.in !== 'scan') return at;
    if (!place.escaped) {
      const next = bytes.indexOf(0xff, at);
      if (next === -1) return bytes.length;
      place.escaped = true;
      return next + 1;
    }
    const byte = bytes[at]!;
    if (byte === 0x00 || (byte >= 0xd0 && byte <= 0xd7)) place.escaped = false;
    else if (byte !== 0xff) this.#onMarker(byte, at);
    return at + 1;
  }

  #inSegment(place: Extract<Place, { in: 'segment' }>, bytes: Uint8Array, at: number): number {
    const end = Math.min(at + place.left, bytes.length);
    if (isFrameHeader(place.marker)) {
      for (let i = at; i < end && this.#frameHeader.length < FRAME_HEADER_BYTES; i++) this.#frameHeader.push(bytes[i]!);
    }
    place.left -= end - at;
    if (place.left > 0) return end;
    if (isFrameHeader(place.marker)) this.#readFrameHeader();
    this.#place = place.marker === SOS ? { in: 'scan', escaped: false } : { in: 'marker', seen: 0 };
    return end;
  }

  #readFrameHeader(): void {
    const [precision, heightHigh, heightLow, widthHigh, widthLow, components] = this.#frameHeader;
    if (precision !== 8) throw this.#fault(`${precision} bits a sample`, '8');
    if (components !== 1 && components !== 3) throw this.#fault(`${components} colour components`, '1 (grey) or 3');
    const size = { width: widthHigh! * 256 + widthLow!, height: heightHigh! * 256 + heightLow! };
    checkPictureSize(this.#thing, size.width, size.height);
    this.#size = size;
  }

  #hex(byte: number, at: number): string {
    return `${hex(byte)} at byte ${this.#walked + at}`;
  }

  #fault(found: string, expected: string): Fault {
    return new Fault('picture', { thing: this.#thing, found, expected });
  }
}

/** SOF0 to SOF15; C4, C8 and CC in between are something else. */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');
