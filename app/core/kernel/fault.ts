/** What can go wrong outside our own code, by the part that is to be looked at. */
export type FaultCode =
  | 'config'
  | 'model'
  | 'picture'
  | 'camera'
  | 'light'
  | 'relay'
  | 'inputs'
  | 'reader'
  | 'storage'
  /** A data folder that another gate runs on. */
  | 'folder'
  | 'key'
  | 'journal'
  | 'command'
  | 'screen'
  | 'address';

/** A fault names the thing, what was found and what was expected, so that whoever reads it knows what to mend. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly thing: string;
  readonly found: string;
  readonly expected: string;

  constructor(code: FaultCode, about: { thing: string; found: string; expected: string }, cause?: unknown) {
    super(`${about.thing}: found ${about.found}, expected ${about.expected}`, { cause });
    this.code = code;
    this.thing = about.thing;
    this.found = about.found;
    this.expected = about.expected;
  }
}

/** The message of anything thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
