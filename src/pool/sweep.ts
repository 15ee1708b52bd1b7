import type { PoolSettings } from './settings.js';
import type { Supply } from './supply.js';

const NEVER = Number.POSITIVE_INFINITY;

/** Ends connections past their lifetime, closes those idle for too long, probes idle ones; returns when to look again. */
export function sweep<T>(supply: Supply<T>, settings: PoolSettings<T>): number {
  const now = settings.clock.now();
  return Math.min(retireOld(supply, now), closeIdle(supply, settings, now), probe(supply, now));
}

function retireOld<T>(supply: Supply<T>, now: number): number {
  let nextMs = NEVER;
  for (const member of supply.members) {
    if (member.retiring || member.aged) continue;
    if (member.expiresAtMs <= now) supply.expire(member);
    else nextMs = Math.min(nextMs, member.expiresAtMs);
  }
  return nextMs;
}

function closeIdle<T>(supply: Supply<T>, { min, idleTimeoutMs }: PoolSettings<T>, now: number): number {
  const { members } = supply;
  for (let oldest = members.oldestIdle; oldest && members.open > min; oldest = members.oldestIdle) {
    if (oldest.idleSinceMs + idleTimeoutMs > now) return oldest.idleSinceMs + idleTimeoutMs;
    supply.close(oldest, 'idle');
  }
  return NEVER;
}

function probe<T>(supply: Supply<T>, now: number): number {
  const { members, checks } = supply;
  let nextMs = NEVER;
  for (const { idle } of members.sites) {
    for (let member = idle.bottom; member;) {
      const { above } = member;
      // A use since the last plan was a check too.
      if (member.probeAtMs <= now && checks.planProbe(member) <= now) supply.check(member);
      else nextMs = Math.min(nextMs, member.probeAtMs);
      member = above;
    }
  }
  return nextMs;
}
