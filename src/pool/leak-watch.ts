import { Alarm } from './alarm.js';
import type { PoolEvent } from './contracts.js';
import type { Member, OpenLease } from './member.js';
import type { Members } from './members.js';
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
  readonly #members: Members<T>;
  readonly #emit: (event: PoolEvent<T>) => void;
  readonly #alarm: Alarm;
  /** Where leases and waiters come from, for those whose stack is kept. */
  readonly #stacks = new WeakMap<object, string>();

  constructor(settings: PoolSettings<T>, members: Members<T>, emit: (event: PoolEvent<T>) => void, looked: () => void) {
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

  /**
   * Keeps the call stack of the caller of `acquire`, if it is one of those to be kept, for its lease or until it has
   * one. Called two calls below `acquire`.
   */
  sampleStack(holder: object): void {
    const { leakStackShare, random } = this.#settings;
    if (leakStackShare === 0 || random.next() >= leakStackShare) return;
    const { stack = '' } = new Error('acquired');
    const callers = stack.split('\n').slice(1 + OWN_FRAMES);
    this.#stacks.set(holder, callers.join('\n'));
  }

  /** Who waited has its lease. */
  passStack(waiter: object, lease: OpenLease): void {
    const stack = this.#stacks.get(waiter);
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
    for (const member of this.#members.withLeases()) {
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
