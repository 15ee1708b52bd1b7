import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';

const CPU = '/sys/devices/system/cpu';
const HIDDEN = 'no cpufreq in /sys (usual in virtual machines)';

const GOVERNOR: Subject = {
  id: 'governor',
  unit: '',
  effect: 'the clock rate follows the load, so a lightly loaded client looks slower: CPU an operation, latency',
  remedy: 'cpupower frequency-set -g performance',
};

/** Who decides on the clock rate of the usable cores. */
export function governor(machine: Machine): Finding {
  const names = [...new Set(coresIn(machine).flatMap((core) => valueOf(machine, core, 'scaling_governor') ?? []))];
  if (names.length === 0) return cannotTell(GOVERNOR, HIDDEN);
  return found(GOVERNOR, names.every((name) => name === 'performance') ? 'ok' : 'warn', null, names.join(', '));
}

const TURBO: Subject = {
  id: 'turbo',
  unit: '',
  effect: 'the clock rate depends on heat and on how many cores are busy: timings drift within a run',
  remedy: 'echo 1 > intel_pstate/no_turbo, or echo 0 > cpufreq/boost; interleaved arms bear the rest',
};

/** Whether cores may exceed their nominal rate while it is cool enough. */
export function turbo({ read }: Machine): Finding {
  const intel = read(`${CPU}/intel_pstate/no_turbo`)?.trim();
  const other = read(`${CPU}/cpufreq/boost`)?.trim();
  if (intel === undefined && other === undefined) return cannotTell(TURBO, 'neither no_turbo nor boost in /sys');
  const on = intel === undefined ? other === '1' : intel === '0';
  return on ? found(TURBO, 'note', null, 'on') : found(TURBO, 'ok', null, 'off');
}

const FREQUENCY: Subject = {
  id: 'frequency',
  unit: 'GHz',
  effect: 'cores run below what they can: timings do not compare with those of other days',
  remedy: 'look for heat or a power limit (cpupower frequency-info); cpupower frequency-set -u <max>',
};

/** Cores of one machine may differ by a few percent in what they can do. */
const FULL_RATE = 0.95;

/** The core whose limit is furthest below what it can do. Rates are in kHz there. */
export function frequency(machine: Machine): Finding {
  const limits = coresIn(machine).flatMap((core) => {
    const limit = Number(valueOf(machine, core, 'scaling_max_freq')) / 1e6;
    const most = Number(valueOf(machine, core, 'cpuinfo_max_freq')) / 1e6;
    return limit > 0 && most > 0 ? [{ core, limit, most }] : [];
  });
  const [lowest] = limits.toSorted((a, b) => a.limit / a.most - b.limit / b.most);
  if (lowest === undefined) return cannotTell(FREQUENCY, HIDDEN);
  const { core, limit, most } = lowest;
  const measured = `${core} limited to ${limit.toFixed(2)} of ${most.toFixed(2)} GHz`;
  return limit < most * FULL_RATE
    ? found(FREQUENCY, 'warn', limit, measured)
    : found(FREQUENCY, 'ok', limit, `no limit below ${most.toFixed(2)} GHz`);
}

function coresIn({ list }: Machine): string[] {
  return (list(CPU) ?? []).filter((entry) => /^cpu\d+$/.test(entry));
}

function valueOf({ read }: Machine, core: string, name: string): string | undefined {
  return read(`${CPU}/${core}/cpufreq/${name}`)?.trim();
}
