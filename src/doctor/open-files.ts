import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';
import type { Needs } from './needs.js';

const OPEN_FILES: Subject = {
  id: 'open-files',
  unit: 'files',
  effect: 'sockets above the limit fail (EMFILE): errors and lost connections that the client is blamed for',
  remedy: 'raise the hard limit: ulimit -Hn, limits.conf, LimitNOFILE=, docker --ulimit nofile=',
};

/** Room beside the scenarios that ship, for those that somebody writes. */
const PLENTY = 4096;

/** How many files a process may have open. Node raises its soft limit to the hard one when it starts. */
export function openFiles({ read }: Machine, needs: Needs | null): Finding {
  const [, soft, hard] =
    /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(read('/proc/self/limits') ?? '') ?? [];
  if (soft === undefined || hard === undefined) return cannotTell(OPEN_FILES, 'no /proc/self/limits');
  const limit = soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  const asked = needs === null ? '' : `; ${needs.openFiles.scenario} needs up to ${needs.openFiles.count}`;
  const severity = limit < (needs?.openFiles.count ?? 0) ? 'bad' : limit < PLENTY ? 'note' : 'ok';
  return found(OPEN_FILES, severity, Number.isFinite(limit) ? limit : null, `soft ${soft}, hard ${hard}${asked}`);
}
