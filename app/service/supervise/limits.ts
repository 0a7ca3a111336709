import { millis, type Millis } from '#core/kernel/units.ts';

/** How often a watcher looks whether it heard of its service; the service tells twice as often. */
export const HEARTBEAT_MS = millis(1_000);
/** Looks in a row without a word after which a service counts as hung. */
export const HEARTBEATS_MISSED_MAX = 4;
/** From a service's last word to its end by SIGKILL. */
export const HANG_MS_MAX = millis(HEARTBEAT_MS * (HEARTBEATS_MISSED_MAX + 1));
/** Where nobody watches, or the watcher is gone itself, the kernel ends a hung service after this long. */
export const HANG_ALARM_SECONDS = 10;
/** From the start of a process to its first word. The first start makes keys and databases and loads models. */
export const START_MS_MAX = millis(60_000);
/** A process that was asked to end is killed after this long. */
export const STOP_MS_MAX = millis(5_000);

/** A process that ran for this long is not counted as failing again and again. */
export const STEADY_MS = millis(60_000);
export const RESTART_DELAY_MS_MAX = millis(2_000);
const RESTART_DELAY_MS_FIRST = 250;

/**
 * How long to wait before a restart: not at all after the first death, then 250, 500, 1000, 2000, 2000, … ms.
 * @param deaths in a row, from 1.
 */
export function restartDelayMs(deaths: number): Millis {
  if (deaths <= 1) return millis(0);
  return millis(Math.min(RESTART_DELAY_MS_MAX, RESTART_DELAY_MS_FIRST * 2 ** (deaths - 2)));
}

/** What a service needs from its start to having driven every strike, before any key or model is opened. */
export const STRIKES_AFTER_START_MS_MAX = millis(3_000);
/**
 * The stated bound: after a crash or a hang of the service every strike is at the level that fire input and stored door
 * mode demand again within this time, also when it crashed many times in a row. After a lone crash the restart is
 * immediate, so only the start itself counts.
 */
export const STRIKES_RESTORED_MS_MAX = millis(HANG_MS_MAX + RESTART_DELAY_MS_MAX + STRIKES_AFTER_START_MS_MAX);

/** sysexits.h EX_CONFIG: nothing changes by starting again: see exitStatus.ts. */
export const EXIT_UNUSABLE = 78;
