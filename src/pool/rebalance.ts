import type { PoolSettings } from './settings.js';
import { richestOf } from './spare.js';
import type { Supply } from './supply.js';

// Looks at the balance this often while an endpoint gets its weight back.
const LOOKS_PER_SLOW_START = 40;
const SHORTEST_PAUSE_MS = 25;

/**
 * Gives endpoints that are back in service their connections back, one at a time as their weight grows: an idle
 * connection of the endpoint that has the most for its weight closes, and one to the other is dialled in its place.
 * When none is idle the other is dialled where there is room, else a busy one closes when it comes back, and what is
 * dialled next goes to the endpoint that has the least. Returns when to look again.
 */
export function rebalance<T>(supply: Supply<T>, { slowStartMs, clock }: PoolSettings<T>): number {
  const now = clock.now();
  const { all } = supply.endpoints;
  const poorest = supply.endpoints.choose(now, []);
  const richest = richestOf(supply.members, now);
  if (!poorest || !richest) return Number.POSITIVE_INFINITY;
  const uneven = (poorest.load + 1) / poorest.weightAt(now) < richest.health.load / richest.health.weightAt(now);
  if (uneven && supply.dialing === 0) {
    if (richest.idle.bottom) supply.close(richest.idle.bottom, 'idle');
    if (supply.room > 0) supply.dial(poorest);
    else supply.makeRoom();
  }
  const growing = all.some((health) => health.state === 'up' && health.weightAt(now) < health.weight);
  if (!uneven && !growing) return Number.POSITIVE_INFINITY;
  return now + Math.max(SHORTEST_PAUSE_MS, slowStartMs / LOOKS_PER_SLOW_START);
}
