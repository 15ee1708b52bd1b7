import { type Cgroup, cgroupOf } from './cgroup.js';
import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';

/** All processes of rest-polling, the largest of the standard scenarios, take 530 MB together; twice that is room. */
const BAD_BELOW_MB = 600;
const WARN_BELOW_MB = 1200;

const MEMORY: Subject = {
  id: 'memory',
  unit: 'MB',
  effect: 'the kernel reclaims pages or kills a process in the middle of a run: stalls, or exit code 1',
  remedy: 'free some; a run takes about 600 MB',
};

/** What could be used without swapping, as the kernel estimates it. */
export function memory(machine: Machine): Finding {
  const available = meminfoBytes(machine, 'MemAvailable');
  const total = meminfoBytes(machine, 'MemTotal');
  if (available === null || total === null) return cannotTell(MEMORY, 'no /proc/meminfo');
  const left = megabytes(available);
  return found(MEMORY, severityOf(left), left, `${left} of ${megabytes(total)} MB available`);
}

const LIMIT: Subject = {
  id: 'memory-limit',
  unit: 'MB',
  effect: 'the control group’s limit is near: reclaim stalls the processes, then the kernel kills one',
  remedy: 'a higher limit (docker --memory, Kubernetes limits.memory); a run takes about 600 MB',
};

/** What the tightest of the control groups leaves; page cache that can be dropped at once counts as free. */
export function memoryLimit(machine: Machine): Finding {
  const group = cgroupOf(machine, 'memory');
  if (group === null) return cannotTell(LIMIT, 'no control groups are visible');
  const bounds = group.directories.flatMap((directory) => boundIn(machine, group, directory) ?? []);
  const [tightest] = bounds.toSorted((a, b) => a.left - b.left);
  if (tightest === undefined) return found(LIMIT, 'ok', null, 'no limit');
  const left = megabytes(tightest.left);
  return found(LIMIT, severityOf(left), left, `${left} of ${megabytes(tightest.limit)} MB left`);
}

// Version 1 says "none" by a number of this order.
const NO_LIMIT = 2 ** 60;

function boundIn({ read }: Machine, { version }: Cgroup, directory: string): { limit: number; left: number } | null {
  const [most, now, cache] =
    version === 2
      ? (['memory.max', 'memory.current', 'inactive_file'] as const)
      : (['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'] as const);
  const limit = Number(read(`${directory}/${most}`) ?? Number.NaN);
  const used = Number(read(`${directory}/${now}`) ?? Number.NaN);
  // `max` is no number.
  if (!(limit < NO_LIMIT) || Number.isNaN(used)) return null;
  const lines = (read(`${directory}/memory.stat`) ?? '').split('\n');
  const droppable = Number(lines.find((line) => line.startsWith(`${cache} `))?.slice(cache.length + 1) ?? 0);
  return { limit, left: Math.max(0, limit - used + Math.min(droppable, used)) };
}

function severityOf(leftMb: number): 'ok' | 'warn' | 'bad' {
  return leftMb < BAD_BELOW_MB ? 'bad' : leftMb < WARN_BELOW_MB ? 'warn' : 'ok';
}

/** A field of /proc/meminfo, which counts in KiB. */
export function meminfoBytes({ read }: Machine, field: string): number | null {
  const kib = new RegExp(String.raw`^${field}:\s+(\d+) kB$`, 'm').exec(read('/proc/meminfo') ?? '')?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

/** Whole MiB, as records count memory. */
export function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
