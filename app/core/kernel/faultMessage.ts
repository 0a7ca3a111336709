import { BrokenPromise } from './assert.ts';
import { Fault, messageOf, type FaultCode } from './fault.ts';

/** An error as it crosses between threads or processes: a class does not survive that, its fields do. */
export type FaultMessage =
  | {
      readonly kind: 'fault';
      readonly code: FaultCode;
      readonly thing: string;
      readonly found: string;
      readonly expected: string;
    }
  /** A broken promise of ours. */
  | { readonly kind: 'broken'; readonly message: string };

export function toFaultMessage(thrown: unknown): FaultMessage {
  if (!(thrown instanceof Fault)) return { kind: 'broken', message: messageOf(thrown) };
  const { code, thing, found, expected } = thrown;
  return { kind: 'fault', code, thing, found, expected };
}

export function fromFaultMessage(message: FaultMessage): Fault | BrokenPromise {
  return message.kind === 'fault' ? new Fault(message.code, message) : new BrokenPromise(message.message);
}
