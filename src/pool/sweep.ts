import type { PoolSettings } from './settings.js';
import type { Supply } from './supply.js';

/** Retires connections past their lifetime, closes those idle for too long; returns when to look again. */
export function sweep<T>(
  supply: Supply<T>,
  { clock, min, idleTimeoutMs }: Pick<PoolSettings<T>, 'clock' | 'min' | 'idleTimeoutMs'>,
): number {
  const now = clock.now();
  const { members } = supply;
  for (const member of members) if (member.expiresAtMs <= now) supply.retire(member, 'lifetime');
  const oldest = (): { readonly idleSinceMs: number } | undefined =>
    members.open > min ? members.oldestIdle : undefined;
  while ((oldest()?.idleSinceMs ?? Number.POSITIVE_INFINITY) + idleTimeoutMs <= now && members.oldestIdle) {
    supply.close(members.oldestIdle, 'idle');
  }
  let next = (oldest()?.idleSinceMs ?? Number.POSITIVE_INFINITY) + idleTimeoutMs;
  for (const { retiring, expiresAtMs } of members) if (!retiring) next = Math.min(next, expiresAtMs);
  return next;
}
