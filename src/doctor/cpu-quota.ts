import { type Cgroup, cgroupOf } from './cgroup.js';
import { usableCores } from './core-list.js';
import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';

const QUOTA: Subject = {
  id: 'cpu-quota',
  unit: 'cores',
  effect:
    'processes are stopped for the rest of each period (100 ms) once it is used up: p90 and above, failover times',
  remedy: 'no CPU limit for this job (docker --cpus, Kubernetes limits.cpu); requests are fine',
};

/** The least CPU time that the control groups allow, in cores. */
export function cpuQuota(machine: Machine): Finding {
  const group = cgroupOf(machine, 'cpu');
  if (group === null) return cannotTell(QUOTA, 'no control groups are visible');
  const quota = Math.min(...group.directories.map((directory) => quotaIn(machine, group, directory)));
  const usable = usableCores(machine)?.length ?? machine.cores.available;
  if (quota === Number.POSITIVE_INFINITY) return found(QUOTA, 'ok', null, 'no limit');
  const measured = `${round(quota)} cores' time for ${usable} cores`;
  return found(QUOTA, quota < Math.min(2, usable) ? 'bad' : quota < usable ? 'warn' : 'ok', round(quota), measured);
}

/** Times that the groups' quotas stopped their processes so far; null without a count. */
export function throttledPeriods(machine: Machine): number | null {
  const group = cgroupOf(machine, 'cpu');
  const counts = (group?.directories ?? []).flatMap((directory) => {
    const count = /^nr_throttled (\d+)$/m.exec(machine.read(`${directory}/cpu.stat`) ?? '')?.[1];
    return count === undefined ? [] : [Number(count)];
  });
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

// Version 2: `<quota> <period>` in µs, or `max <period>`; version 1: two files, −1 for none. No file: no limit here.
function quotaIn({ read }: Machine, { version }: Cgroup, directory: string): number {
  const [quota, period] =
    version === 2
      ? (read(`${directory}/cpu.max`) ?? 'max').trim().split(' ')
      : [read(`${directory}/cpu.cfs_quota_us`) ?? '-1', read(`${directory}/cpu.cfs_period_us`) ?? '-1'];
  const cores = Number(quota) / Number(period);
  return Number(quota) > 0 && cores > 0 ? cores : Number.POSITIVE_INFINITY;
}

function round(cores: number): number {
  return Math.round(cores * 100) / 100;
}
