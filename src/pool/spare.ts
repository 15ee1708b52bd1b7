import type { EndpointHealth } from './endpoint-health.js';
import type { Member } from './member.js';
import type { Members } from './members.js';
import type { PoolSettings } from './settings.js';
import type { Site } from './site.js';

/**
 * A connection to give up in favour of another endpoint: idle if there is one, else a busy one, to close when it comes
 * back. One with many leases may not come back for long, and lends none of its places until then: it is not spared.
 */
export function connectionToSpare<T>(
  members: Members<T>,
  { leasesPerConnection }: PoolSettings<T>,
  nowMs: number,
): Member<T> | undefined {
  const richest = richestOf(members, nowMs);
  if (!richest || richest.health.open < 2) return undefined;
  if (richest.idle.bottom) return richest.idle.bottom;
  if (leasesPerConnection > 1) return undefined;
  for (const member of members) if (member.site === richest && !member.checking) return member;
  return undefined;
}

/** The endpoint in service that has the most connections for its weight. */
export function richestOf<T>(members: Members<T>, nowMs: number): Site<T> | undefined {
  const share = (health: EndpointHealth): number => health.load / health.weightAt(nowMs);
  let richest: Site<T> | undefined;
  for (const site of members.sites) {
    if (site.health.state !== 'up' || site.health.open === 0) continue;
    if (!richest || share(site.health) > share(richest.health)) richest = site;
  }
  return richest;
}
