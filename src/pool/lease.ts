import type { Lease, PoolEndpoint, ReleaseOutcome } from './contracts.js';
import { releasedBefore } from './errors.js';
import type { Member } from './member.js';

/** To whom a lease comes back. */
export interface LeaseHome<T> {
  readonly name: string;
  takeBack(lease: PoolLease<T>, outcome: ReleaseOutcome | undefined): void;
  /** The use goes well so far. */
  confirm(lease: PoolLease<T>): void;
}

/** What few leases have: that they were reported as held too long, and what their holder noted of the use. */
interface Notes {
  readonly leaked: boolean;
  readonly outcome: ReleaseOutcome | undefined;
}

/** A lease of one member. It is a new object for every use, so that one kept too long cannot pass for the next. */
export class PoolLease<T> implements Lease<T> {
  readonly id: number;
  readonly member: Member<T>;
  readonly reused: boolean;
  readonly beganMs: number;
  readonly home: LeaseHome<T>;
  released = false;
  notes: Notes | undefined = undefined;

  constructor(id: number, member: Member<T>, beganMs: number, home: LeaseHome<T>) {
    this.id = id;
    this.member = member;
    this.reused = member.uses > 0;
    this.beganMs = beganMs;
    this.home = home;
  }

  get connection(): T {
    return this.member.connection;
  }

  get connectionId(): number {
    return this.member.id;
  }

  get endpoint(): PoolEndpoint {
    return this.member.health.endpoint;
  }

  // Every promise looks for a `then` on what it is resolved with; finding it here saves the search up to `Object`.
  // oxlint-disable-next-line unicorn/no-thenable -- undefined is not thenable
  declare readonly then: undefined;

  static {
    // oxlint-disable-next-line unicorn/no-thenable -- undefined is not thenable
    (this.prototype as { then: undefined }).then = undefined;
  }

  get leaked(): boolean {
    return this.notes?.leaked ?? false;
  }

  set leaked(leaked: boolean) {
    this.notes = { outcome: undefined, ...this.notes, leaked };
  }

  markBroken(outcome?: ReleaseOutcome): void {
    this.notes = { leaked: this.leaked, outcome: { broken: true, ...outcome } };
  }

  confirm(): void {
    if (!this.released) this.home.confirm(this);
  }

  release(outcome?: ReleaseOutcome): void {
    if (this.released) throw releasedBefore(this);
    this.released = true;
    this.home.takeBack(this, outcome);
  }

  // Leaving the scope after an explicit release is the normal way of `using`, not a second release.
  [Symbol.dispose](): void {
    if (!this.released) this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
  }
}
