import type { ConnectionAccounts } from './accounts.js';
import type { PoolStats } from './contracts.js';
import type { Members } from './members.js';
import type { Supply } from './supply.js';

/** Everything that a pool counts, read at one moment. */
export function statsOf<T>(
  name: string,
  accounts: ConnectionAccounts,
  { members, endpoints, checks, failovers }: Supply<T>,
  counted: Pick<PoolStats, 'tryMisses' | 'leaks'>,
): PoolStats {
  return {
    ...accounts.snapshot(),
    name,
    idle: members.idle,
    endpoints: endpoints.all.map(({ endpoint: { origin }, state, open, failures, weight }, index) => ({
      origin,
      state,
      open,
      failures,
      weight,
      leases: members.sites[index]?.leases ?? 0,
    })),
    failovers,
    checking: members.checking,
    checks: { passed: checks.passed, failed: checks.failed },
    ...counted,
  };
}

/** The state of a pool on one line. */
export function describePool<T>(accounts: ConnectionAccounts, { idle, checking }: Members<T>): string {
  const { gauges, openings } = accounts;
  const parts = [`active ${gauges.used}`, `idle ${idle}`, `pending ${gauges.pending}`, `opened ${openings}`];
  if (gauges.dialing > 0) parts.push(`dialing ${gauges.dialing}`);
  if (checking > 0) parts.push(`checking ${checking}`);
  return parts.join(' · ');
}
