import type { ParentLink } from './supervise/heartbeat.ts';

/** Whoever shows the screens of this service. */
export interface ScreenHost {
  /** Of the loopback server, where there is one. */
  readonly port: number | undefined;
  /** The process that watches this one, where the host knows it. */
  readonly parent: ParentLink | undefined;
  onStop(act: () => void): void;
  close(): Promise<void>;
}
