import type { Clock } from '../base/index.js';
import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';

const SOURCE: Subject = {
  id: 'clocksource',
  unit: '',
  effect: 'every reading of the clock is a system call of microseconds: CPU an operation, latencies below 1 ms',
  remedy: 'let the machine use tsc (kernel parameter tsc=reliable, or the hypervisor’s settings)',
};

/** Those that are read without entering the kernel. */
const QUICK: ReadonlySet<string> = new Set(['tsc', 'kvm-clock', 'hyperv_clocksource_tsc_page', 'arch_sys_counter']);

/** What the kernel takes the time from. */
export function clocksource({ read }: Machine): Finding {
  const name = read('/sys/devices/system/clocksource/clocksource0/current_clocksource')?.trim();
  if (name === undefined) return cannotTell(SOURCE, 'not in /sys');
  return found(SOURCE, QUICK.has(name) ? 'ok' : 'warn', null, name);
}

const RESOLUTION: Subject = {
  id: 'clock-resolution',
  unit: 'µs',
  effect: 'latencies come in steps of this size: acquire latencies, which are µs, say nothing',
  remedy: 'see clocksource',
};

/** Steps of the clock, in µs, from which on latencies are too coarse. */
const WARN_US = 10;
const BAD_US = 1000;

/** The smallest step between readings of the clock, in ms; null when it did not move. */
export function clockStepMs(clock: Clock, readings = 2000): number | null {
  let smallest = Number.POSITIVE_INFINITY;
  let last = clock.now();
  for (let i = 0; i < readings; i += 1) {
    const now = clock.now();
    if (now > last) smallest = Math.min(smallest, now - last);
    last = now;
  }
  return Number.isFinite(smallest) ? smallest : null;
}

export function clockResolution(stepMs: number | null): Finding {
  if (stepMs === null) return cannotTell(RESOLUTION, 'the clock stood still');
  const us = Math.round(stepMs * 1e5) / 100;
  const severity = us >= BAD_US ? 'bad' : us >= WARN_US ? 'warn' : 'ok';
  return found(RESOLUTION, severity, us, `steps of ${us} µs between two readings`);
}
