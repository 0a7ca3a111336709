/** The same bytes as they may come to stand in a file. */
export interface Form {
  readonly form: 'bytes' | 'hex' | 'base64' | 'float64' | 'text';
  readonly bytes: Uint8Array;
}

/** Bytes that base64 turns into whole characters. */
const BASE64_BYTES = 3;
/** Numbers of a run that is looked for as text. */
const NUMBERS_AS_TEXT = 3;

/** As they are, in hex, and in base64 wherever in its groups of three they begin. */
export function formsOfBytes(bytes: Uint8Array): Form[] {
  const hex = Buffer.from(bytes).toString('hex');
  return [
    { form: 'bytes', bytes },
    { form: 'hex', bytes: Buffer.from(hex) },
    { form: 'hex', bytes: Buffer.from(hex.toUpperCase()) },
    ...[0, 1, 2].map((skipped): Form => {
      const whole = Math.floor((bytes.length - skipped) / BASE64_BYTES) * BASE64_BYTES;
      const group = Buffer.from(bytes.subarray(skipped, skipped + whole));
      return { form: 'base64', bytes: Buffer.from(group.toString('base64')) };
    }),
  ];
}

/** A run of numbers as the bytes of 32-bit or 64-bit floats, or as JSON writes them. */
export function formsOfNumbers(numbers: Float32Array): Form[] {
  const single = Float32Array.from(numbers);
  const double = Float64Array.from(numbers);
  return [
    ...formsOfBytes(new Uint8Array(single.buffer)),
    { form: 'float64', bytes: new Uint8Array(double.buffer) },
    { form: 'text', bytes: Buffer.from([...numbers.subarray(0, NUMBERS_AS_TEXT)].join(',')) },
  ];
}
