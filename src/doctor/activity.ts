import { usableCores } from './core-list.js';
import { throttledPeriods } from './cpu-quota.js';
import type { Machine } from './machine.js';
import { processesOf, type ProcessTimes } from './processes.js';

/** Clock ticks of the usable cores since the machine started, all cores together. */
export interface CpuTicks {
  readonly total: number;
  /** At work for a process, in user or kernel mode. */
  readonly working: number;
  /** Ready to run, while the hypervisor let somebody else run. */
  readonly stolen: number;
}

/** What the machine has been doing up to one moment; two of them tell what it did in between. */
export interface Activity {
  /** Cores that this process may use; null where all are, as far as anybody knows. */
  readonly usable: readonly number[] | null;
  readonly cpu: CpuTicks | null;
  readonly processes: readonly ProcessTimes[] | null;
  /** Pages swapped in or out. */
  readonly swappedPages: number | null;
  readonly throttledPeriods: number | null;
}

/** Reads the counters; some milliseconds with a hundred processes. */
export function activityOf(machine: Machine): Activity {
  const usable = usableCores(machine);
  return {
    usable,
    cpu: cpuTicks(machine, usable),
    processes: processesOf(machine),
    swappedPages: swappedPages(machine),
    throttledPeriods: throttledPeriods(machine),
  };
}

// proc(5): cpuN user nice system idle iowait irq softirq steal …; guest time is part of user time already.
function cpuTicks({ read }: Machine, usable: Activity['usable']): CpuTicks | null {
  const lines = [...(read('/proc/stat') ?? '').matchAll(/^cpu(\d+) (.*)$/gm)]
    .filter(([, core]) => usable === null || usable.includes(Number(core)))
    .map(([, , text = '']) => text.split(' ').map(Number));
  if (lines.length === 0) return null;
  const sumOf = (...fields: readonly number[]): number =>
    lines.reduce((sum, line) => sum + fields.reduce((own, field) => own + (line[field] ?? 0), 0), 0);
  return { total: sumOf(0, 1, 2, 3, 4, 5, 6, 7), working: sumOf(0, 1, 2), stolen: sumOf(7) };
}

function swappedPages({ read }: Machine): number | null {
  const counts = [...(read('/proc/vmstat') ?? '').matchAll(/^pswp(?:in|out) (\d+)$/gm)].map(([, count]) =>
    Number(count),
  );
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}
