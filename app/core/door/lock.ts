import type { RelayLevel } from '../ports/hardware.ts';

/** `fail-secure` stays locked without power, `fail-safe` opens without power. */
export type Lock = 'fail-secure' | 'fail-safe';
export type LockPosition = 'locked' | 'unlocked';

/** What the relay must do to put a lock into a position. */
export function relayLevelFor(lock: Lock, position: LockPosition): RelayLevel {
  const powered = lock === 'fail-secure' ? 'unlocked' : 'locked';
  return position === powered ? 'energised' : 'de-energised';
}
