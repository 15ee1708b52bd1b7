// Weight of the newest value in the running means; about the last ten values count.
const NEWEST = 0.2;

// A dial that takes this many times the mean, and this long, may well never end.
const PATIENCE = 8;
const LEAST_PATIENCE_MS = 50;

/**
 * How many dials are worth starting, and for how long to count on one. While somebody waits one dial is always worth
 * it: it serves whoever waits when it is done, as HikariCP's single connection adder does. A further one helps a waiter
 * only if the releases to be expected do not serve it sooner: with S leases out whose use takes U on average, the
 * waiter at position p is served after about ceil((p + 1) / S) × U, while a dial takes D.
 *
 * Nothing is expected of leases while no use has ever ended: they get the benefit of the doubt for one D, as does every
 * estimate: a waiter is held for no longer than D, so that it waits at most 2 D where a dial at once had taken D (the
 * ski-rental argument). When no lease came back for D, none is expected.
 */
export class DialPolicy {
  /** The last release, or the first lease after none was out. */
  stirredAtMs = Number.NEGATIVE_INFINITY;
  readonly #enabled: boolean;
  #useMs = 0;
  #setupMs: number | undefined;

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  used(ms: number, nowMs: number): void {
    this.#useMs += NEWEST * (ms - this.#useMs);
    this.stirredAtMs = nowMs;
  }

  setUp(ms: number): void {
    this.#setupMs = this.#setupMs === undefined ? ms : this.#setupMs + NEWEST * (ms - this.#setupMs);
  }

  /** How long after its start a dial can be counted on; for ever while none has succeeded. */
  get patienceMs(): number {
    return this.#setupMs === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(LEAST_PATIENCE_MS, PATIENCE * this.#setupMs);
  }

  /**
   * The time until which to hold back a further dial for a waiter at `position` (from 0) among those that no dial is
   * under way for, with `slots` leases out; in the past when it is to be dialled for at once.
   */
  holdUntilMs(waitingSinceMs: number, position: number, slots: number, nowMs = waitingSinceMs): number {
    const setupMs = this.#setupMs;
    const quietMs = nowMs - this.stirredAtMs;
    if (!this.#enabled || setupMs === undefined || slots === 0 || quietMs > setupMs) return Number.NEGATIVE_INFINITY;
    const expectedWaitMs = Math.ceil((position + 1) / slots) * this.#useMs;
    return expectedWaitMs < setupMs ? waitingSinceMs + setupMs : Number.NEGATIVE_INFINITY;
  }

  /** Should a waiter be looked at for a hold at all? Not for the first dial, nor when dials are not held. */
  holds(dialing: number): boolean {
    return this.#enabled && dialing > 0;
  }
}
