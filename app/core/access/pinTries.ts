import { keptMoment, recalledMoment, type Clocks } from '../kernel/kept.ts';
import { after, type Millis, type Monotonic, type WallTime } from '../kernel/units.ts';

/** How often a PIN may be wrong before it must wait. */
export interface PinLimits {
  readonly triesPerNumber: number;
  readonly triesPerTerminal: number;
  /** How long wrong tries count, and how long a lock-out lasts. */
  readonly windowMs: Millis;
}

/** Wrong tries by personal number (whether anybody has it or not) and of the whole terminal, as moments. */
export interface PinTries {
  readonly byNumber: ReadonlyMap<string, readonly Monotonic[]>;
  readonly terminal: readonly Monotonic[];
}

export const NO_PIN_TRIES: PinTries = { byNumber: new Map(), terminal: [] };

export type PinAllowance = { readonly kind: 'allowed' } | { readonly kind: 'locked-out'; readonly until: Monotonic };

/** May this number be tried now? */
export function mayTryPin(tries: PinTries, number: string, limits: PinLimits, at: Monotonic): PinAllowance {
  const ofNumber = recent(tries.byNumber.get(number) ?? [], limits, at);
  const ofTerminal = recent(tries.terminal, limits, at);
  const until = Math.max(
    lockedUntil(ofNumber, limits.triesPerNumber, limits),
    lockedUntil(ofTerminal, limits.triesPerTerminal, limits),
  );
  return until > at ? { kind: 'locked-out', until: until as Monotonic } : { kind: 'allowed' };
}

/** Counts a wrong try. Numbers whose tries no longer count are forgotten, so the map cannot grow past the terminal's limit. */
export function countWrongPin(tries: PinTries, number: string, limits: PinLimits, at: Monotonic): PinTries {
  const byNumber = new Map<string, readonly Monotonic[]>();
  for (const [known, moments] of tries.byNumber) {
    const kept = recent(moments, limits, at);
    if (kept.length > 0) byNumber.set(known, kept);
  }
  byNumber.set(number, [...(byNumber.get(number) ?? []), at]);
  return { byNumber, terminal: [...recent(tries.terminal, limits, at), at] };
}

/** A right PIN clears its number. The terminal's count stays: one known PIN must not buy tries at the others. */
export function countRightPin(tries: PinTries, number: string): PinTries {
  const byNumber = new Map(tries.byNumber);
  byNumber.delete(number);
  return { byNumber, terminal: tries.terminal };
}

/** The tries as plain data that outlives a restart: a lock-out must not end by pulling the plug. Personal; stored sealed. */
export interface PinTriesRecord {
  readonly byNumber: readonly { readonly number: string; readonly at: readonly WallTime[] }[];
  readonly terminal: readonly WallTime[];
}

export function pinTriesRecord({ byNumber, terminal }: PinTries, clocks: Clocks): PinTriesRecord {
  const kept = (moments: readonly Monotonic[]): readonly WallTime[] => moments.map((one) => keptMoment(one, clocks));
  return {
    byNumber: Array.from(byNumber, ([number, moments]) => ({ number, at: kept(moments) })),
    terminal: kept(terminal),
  };
}

export function pinTriesFrom({ byNumber, terminal }: PinTriesRecord, clocks: Clocks): PinTries {
  const recalled = (moments: readonly WallTime[]): readonly Monotonic[] =>
    moments.map((one) => recalledMoment(one, clocks)).toSorted((a, b) => a - b);
  return {
    byNumber: new Map(byNumber.map(({ number, at }) => [number, recalled(at)] as const)),
    terminal: recalled(terminal),
  };
}

const recent = (moments: readonly Monotonic[], limits: PinLimits, at: Monotonic): readonly Monotonic[] =>
  moments.filter((moment) => after(moment, limits.windowMs) > at);

/** The moment at which fewer than `allowed` tries still count. */
const lockedUntil = (moments: readonly Monotonic[], allowed: number, limits: PinLimits): number => {
  const oldestOfFull = moments.at(-allowed);
  return oldestOfFull === undefined || moments.length < allowed ? 0 : after(oldestOfFull, limits.windowMs);
};
