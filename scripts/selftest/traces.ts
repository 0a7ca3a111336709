import { formsOfBytes, formsOfNumbers, type Form } from '../traces/forms.ts';
import type { SceneLook } from './lookAtScenes.ts';
import { NEEDLE_BYTES_MIN, type Needles } from './needles.ts';
import { DISGUISE, type MemoryTrace } from './witnessMessages.ts';

/** Rows and columns between the pieces of a frame that are searched for: a smaller part of it would show nobody. */
const PIXELS_APART = 16;
const PIECE_OF_PIXELS_BYTES = 32;
/** Numbers of a piece: 16 bytes of 32-bit floats. */
const PIECE_OF_NUMBERS = 4;
/** Numbers of a crop from the start of one piece to the next; of a probe there is no gap. */
const CROP_NUMBERS_APART = 256;
/** Words of a piece that is searched for in memory. */
const WORDS = 8;

/** How a compressed picture begins, which has no byte of its frame: JPEG (JFIF) and PNG. */
const PICTURE_BEGINNINGS = [
  { name: 'beginning of a JPEG', bytes: 'ffd8ffe000104a464946000101' },
  { name: 'beginning of a PNG', bytes: '89504e470d0a1a0a0000000d49484452' },
] as const;

/** Everything of these scenes that no file may hold. */
export function addTraces(needles: Needles, looks: readonly SceneLook[], marker: Uint8Array): void {
  addForms(needles, 'marker', formsOfBytes(marker));
  for (const { name, bytes } of PICTURE_BEGINNINGS) addLong(needles, name, Buffer.from(bytes, 'hex'));
  for (const look of looks) {
    for (const piece of pixelPieces(look)) addForms(needles, `pixels of ${look.scene}`, formsOfBytes(piece));
    addNumbers(needles, `probe of ${look.scene}`, look.probe, PIECE_OF_NUMBERS);
    addNumbers(needles, `features of ${look.scene}`, look.features, PIECE_OF_NUMBERS);
    for (const [task, crop] of look.crops) {
      addNumbers(needles, `crop for ${task} of ${look.scene}`, crop, CROP_NUMBERS_APART);
    }
  }
}

/** What is searched for in memory: the camera's own picture of a scene is there by right, what was made of it is not. */
export function memoryTraces(looks: readonly SceneLook[]): MemoryTrace[] {
  return looks.flatMap(({ scene, probe, features, crops }) => [
    disguised(`probe of ${scene}`, probe, 100),
    ...[0, 16, 200, 400].map((from) => disguised(`features of ${scene}`, features, from)),
    ...[...crops].map(([task, crop]) => disguised(`crop for ${task} of ${scene}`, crop, crop.length >> 1)),
  ]);
}

function disguised(name: string, values: Float32Array, from: number): MemoryTrace {
  const words = new Uint32Array(values.buffer, values.byteOffset + from * Uint32Array.BYTES_PER_ELEMENT, WORDS);
  return { name, words: words.map((word) => word ^ DISGUISE) };
}

function* pixelPieces({ width, height, pixels }: SceneLook): Generator<Uint8Array> {
  for (let y = 0; y < height; y += PIXELS_APART) {
    for (let x = 0; x + PIXELS_APART <= width; x += PIXELS_APART) {
      const at = (y * width + x) * 3;
      yield pixels.subarray(at, at + PIECE_OF_PIXELS_BYTES);
    }
  }
}

function addNumbers(needles: Needles, name: string, values: Float32Array, apart: number): void {
  for (let at = 0; at + PIECE_OF_NUMBERS <= values.length; at += apart) {
    addForms(needles, name, formsOfNumbers(values.subarray(at, at + PIECE_OF_NUMBERS)));
  }
}

function addForms(needles: Needles, name: string, forms: readonly Form[]): void {
  for (const { form, bytes } of forms) addLong(needles, `${name} (${form})`, bytes);
}

/** Whole numbers as text may be too short to be told apart. */
function addLong(needles: Needles, name: string, bytes: Uint8Array): void {
  if (bytes.length >= NEEDLE_BYTES_MIN) needles.add(name, bytes);
}
