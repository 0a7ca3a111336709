import { readFileSync } from 'node:fs';
import { Fault } from '#core/kernel/fault.ts';

/** Ticks a second of /proc, 100 on every Linux that this runs on. */
const TICKS_A_SECOND = 100;
const KIB_A_MB = 1_024;

/** Resident memory now, and the most there ever was, in MB of 2^20 bytes, from /proc/PID/status. */
export function memoryIn(status: string): { readonly residentMb: number; readonly peakMb: number } {
  const megabytes = (field: string): number => {
    const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
    if (kib === undefined) throw new Fault('address', { thing: '/proc status', found: `no ${field}`, expected: 'one' });
    return Number(kib) / KIB_A_MB;
  };
  return { residentMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}

/** Seconds that a process has computed so far, in its own code and in the kernel, all threads, from /proc/PID/stat. */
export function cpuSecondsIn(stat: string): number {
  // The program's name may hold blanks and brackets: fields are counted from the last bracket on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(ticks))
    throw new Fault('address', { thing: '/proc stat', found: stat, expected: 'utime and stime' });
  return ticks / TICKS_A_SECOND;
}

export const memoryOf = (pid: number) => memoryIn(readFileSync(`/proc/${pid}/status`, 'utf8'));
export const cpuSecondsOf = (pid: number): number => cpuSecondsIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
