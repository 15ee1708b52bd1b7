import { basename } from 'node:path';
import type { Machine } from './machine.js';

/** One process as /proc shows it; times in clock ticks (usually 10 ms). */
export interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Own CPU time, user and system. */
  readonly ticks: number;
  /** CPU time of its children that have ended and were waited for. */
  readonly childTicks: number;
  /** Core it ran on last. */
  readonly core: number;
}

/** Every process that /proc shows; null without /proc. In a container only its own are shown. */
export function processesOf({ read, list }: Machine): readonly ProcessTimes[] | null {
  const pids = list('/proc')?.filter((name) => /^\d+$/.test(name));
  if (pids === undefined || pids.length === 0) return null;
  // One that ends meanwhile has no file any more.
  return pids.flatMap((pid) => parsed(read(`/proc/${pid}/stat`) ?? '') ?? []);
}

// proc(5): pid (name) state ppid …, utime is field 14, stime 15, cutime 16, cstime 17, processor 39. The name in
// parentheses may hold anything, parentheses included.
function parsed(stat: string): ProcessTimes | undefined {
  const [, pid, name, rest = ''] = /^(\d+) \((.*)\) (.*)$/s.exec(stat) ?? [];
  const fields = rest.split(' ').map(Number);
  const field = (number: number): number => fields[number - 3] ?? 0;
  if (pid === undefined || name === undefined) return undefined;
  return {
    pid: Number(pid),
    parent: field(4),
    name,
    ticks: field(14) + field(15),
    childTicks: field(16) + field(17),
    core: field(39),
  };
}

/** Programs whose own name says little: what they run is their first argument. */
const INTERPRETERS = /^(?:node|python|ruby|perl|java|bash|sh)\b/;
const LONGEST_SCRIPT = 24;

/** What a person would call the process: `node vite.js`. Its other arguments may be secrets and are left alone. */
export function titleOf({ read }: Machine, { pid, name }: ProcessTimes): string {
  const script = (read(`/proc/${pid}/cmdline`) ?? '').split('\0')[1] ?? '';
  const telling = INTERPRETERS.test(name) && script !== '' && !script.startsWith('-');
  return telling ? `${name} ${basename(script).slice(0, LONGEST_SCRIPT)}` : name;
}

/** Ids of a process and of everything that it and they have started. */
export function familyOf(processes: readonly ProcessTimes[], pid: number): ReadonlySet<number> {
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { pid: child, parent } of processes) if (family.has(parent)) family.add(child);
  }
  return family;
}
