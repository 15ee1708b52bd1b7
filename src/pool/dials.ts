import type { Bounded } from './bounded.js';
import type { DialPolicy } from './dial-policy.js';
import type { EndpointHealth } from './endpoint-health.js';
import type { Endpoints } from './endpoints.js';

export interface Dial {
  readonly id: number;
  readonly health: EndpointHealth;
  /** It is the trial of its endpoint. */
  readonly trial: boolean;
  readonly startedAtMs: number;
  bounded?: Bounded;
}

const NEVER = Number.POSITIVE_INFINITY;
// With nothing known of how long dials take, a trial is overdue after this part of its time.
const UNKNOWN_PATIENCE = 1 / 4;

/**
 * The dials under way, in the order of their start, and which of them a waiter can count on. Each that takes too long
 * doubles the patience with the next: an endpoint that has become slow gets a few more dials, not one every moment.
 */
export class Dials implements Iterable<Dial> {
  readonly #endpoints: Endpoints;
  readonly #policy: DialPolicy;
  readonly #timeoutMs: number;
  readonly #underWay = new Set<Dial>();

  constructor(endpoints: Endpoints, policy: DialPolicy, timeoutMs: number) {
    this.#endpoints = endpoints;
    this.#policy = policy;
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#underWay.size;
  }

  [Symbol.iterator](): Iterator<Dial> {
    return this.#underWay.values();
  }

  add(dial: Dial): void {
    this.#underWay.add(dial);
  }

  /** False when it was not under way any more. */
  delete(dial: Dial): boolean {
    return this.#underWay.delete(dial);
  }

  has(dial: Dial): boolean {
    return this.#underWay.has(dial);
  }

  /** Not those to an endpoint on trial, nor those that take far too long. */
  reliable(nowMs: number): number {
    let { patienceMs } = this.#policy;
    let { reliableDials } = this.#endpoints;
    for (const { startedAtMs, health } of this.#underWay) {
      if (nowMs - startedAtMs < patienceMs) break;
      if (!this.#endpoints.serves(health)) continue;
      patienceMs *= 2;
      reliableDials -= 1;
    }
    return reliableDials;
  }

  /** When the next one stops being one to count on. */
  nextOverdueMs(nowMs: number): number {
    let { patienceMs } = this.#policy;
    for (const { startedAtMs, health } of this.#underWay) {
      if (startedAtMs + patienceMs > nowMs) return startedAtMs + patienceMs;
      if (this.#endpoints.serves(health)) patienceMs *= 2;
    }
    return NEVER;
  }

  /** The trial under way that began first among those that a waiter need not wait for. */
  get oldestTrial(): Dial | undefined {
    for (const dial of this.#underWay) if (dial.trial && !this.#endpoints.serves(dial.health)) return dial;
    return undefined;
  }

  /** When that trial has taken longer than dials have been seen to. */
  overdueAtMs({ startedAtMs }: Dial): number {
    const { patienceMs } = this.#policy;
    return startedAtMs + (patienceMs < NEVER ? patienceMs : this.#timeoutMs * UNKNOWN_PATIENCE);
  }
}
