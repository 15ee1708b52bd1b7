import type { Carrier } from './carrier.js';
import type { Fleet } from './fleet.js';
import type { Rotation } from './rotation.js';

/**
 * Moves connections back to endpoints that are in service again: one at a time, from the endpoint with the most to one
 * with at least two fewer, so that nothing goes to and fro. Call it when an endpoint is up and when a rotation ended.
 */
export function rebalance(fleet: Fleet, rotation: Rotation): void {
  const { up } = fleet;
  if (up.length < 2 || rotation.pending > 0) return;
  const loaded = new Map<number, Carrier[]>(up.map((index) => [index, []]));
  for (const carrier of fleet.carriers) if (carrier.load > 0) loaded.get(carrier.endpointIndex)?.push(carrier);
  const [richest, poorest] = extremes(loaded);
  if (richest.carriers.length < poorest.carriers.length + 2) return;
  const [spared] = richest.carriers;
  const others = up.filter((index) => index !== poorest.index);
  if (spared) rotation.rotate(spared, 'balance', { shuns: others });
}

interface Site {
  readonly index: number;
  readonly carriers: readonly Carrier[];
}

function extremes(loaded: ReadonlyMap<number, readonly Carrier[]>): [Site, Site] {
  const sites = [...loaded].map(([index, carriers]) => ({ index, carriers }));
  const sorted = sites.sort((one, other) => other.carriers.length - one.carriers.length);
  const none = { index: -1, carriers: [] };
  return [sorted[0] ?? none, sorted.at(-1) ?? none];
}
