import type { Activity } from './activity.js';
import { cannotTell, type Finding, found, type Subject } from './finding.js';

const STEAL: Subject = {
  id: 'steal',
  unit: '%',
  effect: 'the hypervisor ran others on these cores: stalls of several ms anywhere, p99 and maxima first',
  remedy: 'another time, another host, or dedicated cores; compare arms of one run only',
};

/** Shares of the usable cores' time, in percent. */
const NOTE = 0.2;
const WARN = 1;
const BAD = 5;

/** Time that the hypervisor took away between two moments. */
export function steal(before: Activity, after: Activity): Finding {
  if (before.cpu === null || after.cpu === null) return cannotTell(STEAL, 'no /proc/stat');
  const total = after.cpu.total - before.cpu.total;
  if (total <= 0) return cannotTell(STEAL, 'no time has passed');
  // A machine that was moved to another host may have lost less than it had before.
  const percent = (100 * Math.max(0, after.cpu.stolen - before.cpu.stolen)) / total;
  const severity = percent >= BAD ? 'bad' : percent >= WARN ? 'warn' : percent >= NOTE ? 'note' : 'ok';
  const value = Math.round(percent * 100) / 100;
  return found(STEAL, severity, value, `${value.toFixed(2)} % of ${seconds(total)} of the usable cores' time`);
}

// USER_HZ is 100 on every platform that node runs on.
function seconds(ticks: number): string {
  return `${(ticks / 100).toFixed(1)} s`;
}
