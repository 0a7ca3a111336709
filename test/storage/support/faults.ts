import { expect } from 'vitest';
import { Fault, type FaultCode } from '#core/kernel/fault.ts';

/** The fault that `act` ends with; fails where it ends otherwise. */
export async function faultOf(act: () => unknown, code?: FaultCode): Promise<Fault> {
  const error = await Promise.resolve()
    .then(act)
    .then(
      () => new Error('no fault'),
      (thrown: unknown) => thrown,
    );
  expect(error).toBeInstanceOf(Fault);
  if (!(error instanceof Fault)) throw error;
  if (code !== undefined) expect(error).toMatchObject({ code });
  return error;
}
