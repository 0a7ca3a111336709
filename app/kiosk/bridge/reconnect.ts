export const RECONNECT_MS_FIRST = 250;
export const RECONNECT_MS_MAX = 5_000;

/** How long to wait before the next try, after `failures` tries in a row that came to nothing. */
export const reconnectDelayMs = (failures: number): number =>
  Math.min(RECONNECT_MS_MAX, RECONNECT_MS_FIRST * 2 ** Math.min(failures, 10));
