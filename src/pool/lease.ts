import type { Lease, PoolEndpoint } from './contracts.js';
import { PoolError } from './errors.js';
import type { Member } from './member.js';

export interface ReleaseOutcome {
  readonly broken?: boolean;
  readonly endpointFailed?: boolean;
}

/** A lease of one member; `onRelease` hears of its release once. */
export class PoolLease<T> implements Lease<T> {
  readonly id: number;
  readonly member: Member<T>;
  readonly reused: boolean;
  readonly beganMs: number;
  #released = false;
  readonly #onRelease: (lease: PoolLease<T>, outcome: ReleaseOutcome) => void;

  constructor(
    id: number,
    member: Member<T>,
    beganMs: number,
    onRelease: (lease: PoolLease<T>, outcome: ReleaseOutcome) => void,
  ) {
    this.id = id;
    this.member = member;
    this.reused = member.uses > 0;
    this.beganMs = beganMs;
    this.#onRelease = onRelease;
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

  release(outcome: ReleaseOutcome = {}): void {
    if (this.#released) {
      throw new PoolError('E_POOL_RELEASED', `lease ${this.id} of connection ${this.member.id} was released before`);
    }
    this.#released = true;
    this.#onRelease(this, outcome);
  }

  // Leaving the scope after an explicit release is the normal way of `using`, not a second release.
  [Symbol.dispose](): void {
    if (!this.#released) this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
  }
}
