import type { WallTime } from '../kernel/units.ts';

export interface BackupRequest {
  /** A folder outside the data folder, and better outside the machine. It is never made: one that is away stays away. */
  readonly folder: string;
  readonly at: WallTime;
  /** Restore it into a scratch place before it counts. */
  readonly verify: boolean;
  /** How many verified backups of this terminal stay in the folder; without it all of them. */
  readonly keep?: number;
}

export interface BackupMade {
  /** 32 lower-case hex digits. */
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  readonly verified: boolean;
  /** People who are in it whole; 0 where that was not looked at. */
  readonly people: number;
  /** The last entry of the journal in it. */
  readonly lastEntry: number;
  /** Why it is not verified, or what else to know; empty for nothing. */
  readonly says: string;
}

export interface Backups {
  /**
   * Makes one while the gate works; one at a time.
   * @throws Fault `storage` where the folder is away, full or none, `command` while another one is made; what was begun is removed.
   */
  make(request: BackupRequest): Promise<BackupMade>;
  /** When the newest verified one of this terminal was made; undefined for none. @throws Fault `storage` where the folder is away. */
  newest(folder: string): Promise<WallTime | undefined>;
}
