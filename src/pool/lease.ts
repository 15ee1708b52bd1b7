import type { Lease, PoolEndpoint, ReleaseOutcome } from './contracts.js';
import { PoolError } from './errors.js';
import type { Member } from './member.js';

/** To whom a lease comes back. */
export interface LeaseHome<T> {
  readonly name: string;
  takeBack(lease: PoolLease<T>, outcome: ReleaseOutcome | undefined): void;
}

/** A lease of one member. It is a new object for every use, so that one kept too long cannot pass for the next. */
export class PoolLease<T> implements Lease<T> {
  readonly id: number;
  readonly member: Member<T>;
  readonly reused: boolean;
  readonly beganMs: number;
  readonly home: LeaseHome<T>;
  released = false;
  /** Reported as held too long. */
  leaked = false;

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

  release(outcome?: ReleaseOutcome): void {
    if (this.released) {
      throw new PoolError('E_POOL_RELEASED', `lease ${this.id} of connection ${this.member.id} was released before`);
    }
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
