import type { Activity } from './activity.js';
import { cannotTell, type Finding, found, type Subject } from './finding.js';
import { meminfoBytes, megabytes } from './memory.js';
import type { Machine } from './machine.js';

const SWAP: Subject = {
  id: 'swap',
  unit: 'MB',
  effect: 'a page that was swapped out costs milliseconds when it is touched: maxima, event loop delay, memory metrics',
  remedy: 'swapoff -a, or vm.swappiness=1 and enough memory',
};

/** How much lies in swap now, and how eagerly the kernel puts it there. */
export function swap(machine: Machine): Finding {
  const total = meminfoBytes(machine, 'SwapTotal');
  const free = meminfoBytes(machine, 'SwapFree');
  if (total === null || free === null) return cannotTell(SWAP, 'no /proc/meminfo');
  if (total === 0) return found(SWAP, 'ok', 0, 'no swap space');
  const used = megabytes(total - free);
  const swappiness = machine.read('/proc/sys/vm/swappiness')?.trim() ?? 'unknown';
  const measured = `${used} of ${megabytes(total)} MB used, swappiness ${swappiness}`;
  return found(SWAP, used > 0 ? 'note' : 'ok', used, measured);
}

const SWAPPING: Subject = { ...SWAP, id: 'swapping', unit: 'pages' };

/** Pages that went in or out between two moments. */
export function swapping(before: Activity, after: Activity): Finding {
  if (before.swappedPages === null || after.swappedPages === null) return cannotTell(SWAPPING, 'no /proc/vmstat');
  const pages = after.swappedPages - before.swappedPages;
  return found(SWAPPING, pages > 0 ? 'bad' : 'ok', pages, `${pages} pages in or out meanwhile`);
}
