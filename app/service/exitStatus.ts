import { Fault, type FaultCode } from '#core/kernel/fault.ts';
import { EXIT_UNUSABLE } from './supervise/limits.ts';

/** A part is missing for now without which the gate cannot start. */
export const EXIT_BROKEN = 70;
/** What nobody foresaw. */
const EXIT_UNFORESEEN = 1;

/** The same at the next start, until somebody mends it. A disk or a device may work again by then. */
const LASTING: ReadonlySet<FaultCode> = new Set(['config', 'model', 'key', 'picture', 'folder']);
/** A machine that lacks room, memory or a working disk for the moment, whichever file met it first. */
const PASSING: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** The status of a gate that could not start: only `EXIT_UNUSABLE` keeps its supervisor from trying again. */
export function exitStatusOf(error: unknown): number {
  if (!(error instanceof Fault)) return EXIT_UNFORESEEN;
  return LASTING.has(error.code) && !isPassing(error.cause) ? EXIT_UNUSABLE : EXIT_BROKEN;
}

const isPassing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && PASSING.has(cause.code);
