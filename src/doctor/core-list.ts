import type { Machine } from './machine.js';

/** The numbers in the kernel's lists of cores, as `0-3,8`. */
export function coreList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = Number.NaN, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}

/** Cores that this process may run on: affinity and cpuset together, as Linux tells; null elsewhere. */
export function usableCores({ read }: Machine): readonly number[] | null {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read('/proc/self/status') ?? '')?.[1];
  return list === undefined ? null : coreList(list);
}
