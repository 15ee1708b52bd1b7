import { usableCores } from './core-list.js';
import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';

const LOAD: Subject = {
  id: 'load-average',
  unit: 'tasks',
  effect: 'something was at work a minute ago: if it still is, every timing contains it',
  remedy: 'wait until it is quiet; other-load names who is at work now',
};

/** Tasks running or waiting for a disk, meaned over a minute, against the cores that there are to run them. */
export function loadAverage(machine: Machine): Finding {
  const [minute, five] = machine.loadAverage ?? [];
  if (minute === undefined || five === undefined) return cannotTell(LOAD, 'this system keeps no load average');
  const usable = usableCores(machine)?.length ?? machine.cores.available;
  const measured = `${minute.toFixed(2)} over 1 min, ${five.toFixed(2)} over 5 min, for ${usable} cores`;
  const severity = minute >= usable ? 'warn' : minute >= usable / 2 ? 'note' : 'ok';
  return found(LOAD, severity, Number(minute.toFixed(2)), measured);
}
