import { Alarm } from './alarm.js';
import type { PoolEvent } from './contracts.js';
import type { Member, OpenLease } from './member.js';
import type { PoolSettings } from './settings.js';

// This function, the pool's own part of the acquire, and `acquire` itself.
const OWN_FRAMES = 3;

/**
 * Reports leases that are out for too long, and again when they come back after all. Lending costs a comparison; the
 * look at all leases comes with the timer, at most once a `leakAfterMs` when nothing leaks.
 */
export class LeakWatch<T> {
  /** Leases ever reported, and those of them still out. */
  total = 0;
  out = 0;
  readonly #settings: PoolSettings<T>;
  readonly #members: Iterable<Member<T>>;
  readonly #emit: (event: PoolEvent<T>) => void;
  readonly #alarm: Alarm;
  /** Where leases were acquired, for those whose stack was kept. */
  readonly #stacks = new WeakMap<OpenLease, string>();

  constructor(
    settings: PoolSettings<T>,
    members: Iterable<Member<T>>,
    emit: (event: PoolEvent<T>) => void,
    looked: () => void,
  ) {
    this.#settings = settings;
    this.#members = members;
    this.#emit = emit;
    this.#alarm = new Alarm(settings.clock, () => {
      this.#look();
      looked();
    });
  }

  lent(nowMs: number): void {
    this.#alarm.noLaterThan(nowMs + this.#settings.leakAfterMs);
  }

  /** The call stack of the caller of `acquire` if it is one of those to be kept. Called two calls below `acquire`. */
  sampleStack(): string | undefined {
    const { leakStackShare, random } = this.#settings;
    if (leakStackShare === 0 || random.next() >= leakStackShare) return undefined;
    return new Error('acquired').stack
      ?.split('\n')
      .slice(1 + OWN_FRAMES)
      .join('\n');
  }

  keepStack(lease: OpenLease, stack: string | undefined): void {
    if (stack !== undefined) this.#stacks.set(lease, stack);
  }

  /** A lease that was reported has come back. */
  ended(lease: OpenLease, member: Member<T>, nowMs: number): void {
    this.out -= 1;
    this.#tell('leakEnded', lease, member, nowMs);
  }

  clear(): void {
    this.#alarm.clear();
  }

  #look(): void {
    const { clock, leakAfterMs } = this.#settings;
    const now = clock.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const member of this.#members) {
      for (const lease of member.leasesOut()) {
        if (lease.leaked) continue;
        const dueMs = lease.beganMs + leakAfterMs;
        if (dueMs <= now) this.#leaked(lease, member, now);
        else nextMs = Math.min(nextMs, dueMs);
      }
    }
    this.#alarm.noLaterThan(nextMs);
  }

  #leaked(lease: OpenLease, member: Member<T>, nowMs: number): void {
    lease.leaked = true;
    this.total += 1;
    this.out += 1;
    this.#tell('leaked', lease, member, nowMs);
  }

  #tell(kind: 'leaked' | 'leakEnded', lease: OpenLease, member: Member<T>, atMs: number): void {
    const { id: leaseId, beganMs } = lease;
    const { id: connectionId, health } = member;
    const stack = this.#stacks.get(lease);
    this.#emit({ kind, connectionId, endpoint: health.endpoint, atMs, leaseId, heldMs: atMs - beganMs, stack });
  }
}
