import { after, type Millis, type Monotonic } from '#core/kernel/units.ts';

/** When the picture after the one due at `due` is due: at an even pace, without hurrying after what was missed. */
export function nextDue(due: Monotonic, periodMs: Millis, now: Monotonic): Monotonic {
  const even = after(due, periodMs);
  return even > now ? even : now;
}
