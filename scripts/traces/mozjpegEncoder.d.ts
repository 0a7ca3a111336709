declare module '@jsquash/jpeg/codec/enc/mozjpeg_enc.js' {
  interface Encoder {
    encode(rgba: Uint8ClampedArray, width: number, height: number, options: object): Uint8Array;
  }
  export default function makeEncoder(options: { noInitialRun: true; wasmBinary: Uint8Array }): Promise<Encoder>;
}
