import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';

const HUGE_PAGES: Subject = {
  id: 'huge-pages',
  unit: '',
  effect: 'memory comes in pieces of 2 MB and the kernel compacts it in the background: rssMb jumps, rare stalls',
  remedy: 'echo madvise > /sys/kernel/mm/transparent_hugepage/enabled',
};

/** Whether every program gets transparent huge pages without asking. */
export function hugePages({ read }: Machine): Finding {
  const mode = /\[(\w+)\]/.exec(read('/sys/kernel/mm/transparent_hugepage/enabled') ?? '')?.[1];
  if (mode === undefined) return cannotTell(HUGE_PAGES, 'not in /sys');
  return found(HUGE_PAGES, mode === 'always' ? 'note' : 'ok', null, mode);
}
