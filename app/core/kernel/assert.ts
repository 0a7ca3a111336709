/** A broken promise of our own: never an expected outcome, never caused by input. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

/** @throws BrokenPromise where `holds` is false. */
export function assert(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new BrokenPromise(promise);
}

/** Closes a switch over a union: a new member that is not handled fails the build. */
export function assertNever(value: never): never {
  throw new BrokenPromise(`unhandled ${JSON.stringify(value)}`);
}
