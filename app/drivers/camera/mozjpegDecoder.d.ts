/** The package's own types stand on the DOM and on a global that they do not bring. */
declare module '@jsquash/jpeg/codec/dec/mozjpeg_dec.js' {
  /** Puts `decode` onto the object that it is given. */
  export default function makeGlue(glue: object): Promise<unknown>;
}
