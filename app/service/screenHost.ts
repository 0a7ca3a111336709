/** Whoever shows the screens of this service. */
export interface ScreenHost {
  /** Of the loopback server, where there is one. */
  readonly port: number | undefined;
  close(): Promise<void>;
}
