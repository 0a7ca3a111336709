import { after, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { HangAlarm } from '#platform/hangAlarm.ts';
import type { NotifySocket } from '#platform/notifySocket.ts';
import { HANG_ALARM_SECONDS, HEARTBEAT_MS } from './limits.ts';
import type { ServiceMessage } from './serviceMessage.ts';

/** The process that started this one and watches it. */
export interface ParentLink {
  tell(message: ServiceMessage): void;
  onGone(act: () => void): void;
}

export interface HeartbeatParts {
  readonly clock: Clock;
  readonly systemd: NotifySocket;
  /** Absent for a service started by hand or by systemd. */
  readonly parent: ParentLink | undefined;
  readonly alarm: HangAlarm;
  /** Shut the gate down in order: nobody would restart it any more, and a new parent starts a gate of its own. */
  readonly onParentGone: () => void;
}

export interface Heartbeat extends Disposable {
  /** The strikes are driven and the gate works. */
  ready(port?: number): void;
  /** The number of screens that show the kiosk page has changed. */
  screens(kiosk: number): void;
  /** The gate begins to shut down; the heart beats on until it is disposed of. */
  stopping(): void;
}

/**
 * Tells everybody who watches, from the service's own event loop and from nowhere else, that the service is alive: the
 * supervisor, systemd and the kernel's alarm. To be started once the slow part of the start is over.
 */
export function startHeartbeat({ clock, systemd, parent, alarm, onParentGone }: HeartbeatParts): Heartbeat {
  const period = millis(Math.min(HEARTBEAT_MS, systemd.watchdogMs ?? HEARTBEAT_MS) / 2);
  let next: Disposable | undefined;
  const beat = (): void => {
    alarm.wind(HANG_ALARM_SECONDS);
    parent?.tell({ kind: 'alive' });
    systemd.notify('WATCHDOG=1');
    next = clock.at(after(clock.monotonic(), period), beat);
  };
  beat();
  parent?.onGone(onParentGone);
  return {
    ready: (port) => {
      parent?.tell(port === undefined ? { kind: 'ready' } : { kind: 'ready', port });
      systemd.notify('READY=1');
    },
    screens: (kiosk) => parent?.tell({ kind: 'screens', kiosk }),
    stopping: () => void systemd.notify('STOPPING=1'),
    [Symbol.dispose]: () => {
      next?.[Symbol.dispose]();
      alarm[Symbol.dispose]();
    },
  };
}

/** The part of `process` that a child started with an IPC channel talks through. */
export interface ChannelProcess {
  readonly connected: boolean;
  send?(message: unknown, handle: undefined, options: undefined, callback: (error: Error | null) => void): boolean;
  once(event: 'disconnect', act: () => void): unknown;
}

/** The supervisor at the other end of the IPC channel; undefined where this process was started without one. */
export function parentOverIpc(channel: ChannelProcess): ParentLink | undefined {
  if (channel.send === undefined) return undefined;
  return {
    // A parent that vanished in between is told by `disconnect`; the failed send adds nothing.
    tell: (message) => void (channel.connected && channel.send?.(message, undefined, undefined, () => undefined)),
    onGone: (act) => {
      if (channel.connected) channel.once('disconnect', act);
      else act();
    },
  };
}
