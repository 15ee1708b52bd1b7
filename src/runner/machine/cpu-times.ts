import { readFileSync } from 'node:fs';

/** Time of all cores since the machine was started, in ticks of the kernel. */
export interface CpuTimes {
  readonly total: number;
  /** What the hypervisor gave to others while this machine wanted to run. */
  readonly steal: number;
}

/**
 * Reads the first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal, and two more that are part
 * of user and nice already. Null where there is no such file, or no such line.
 * Source: proc_stat(5).
 */
export function readCpuTimes(path = '/proc/stat'): CpuTimes | null {
  try {
    return parseCpuTimes(readFileSync(path, 'latin1'));
  } catch {
    return null;
  }
}

export function parseCpuTimes(text: string): CpuTimes | null {
  const [, line] = /^cpu +([\d ]+)$/m.exec(text) ?? [];
  const ticks = (line ?? '').split(' ').slice(0, 8).map(Number);
  const steal = ticks[7];
  return steal === undefined ? null : { total: ticks.reduce((sum, value) => sum + value, 0), steal };
}

/** The part of the time between two readings that was stolen, 0…1; null where it cannot be told. */
export function stolenShare(before: CpuTimes | null, after: CpuTimes | null): number | null {
  if (!before || !after) return null;
  const total = after.total - before.total;
  return total > 0 ? (after.steal - before.steal) / total : 0;
}
