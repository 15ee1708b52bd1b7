import type { Random } from '../base/index.js';
import type { PoolEndpoint } from './contracts.js';

export interface HealthSettings {
  readonly failureThreshold: number;
  readonly cooldownMs: number;
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  readonly random: Random;
}

/** What a report changed: the endpoint went down or came back up. */
export type HealthChange = 'down' | 'up' | undefined;

/**
 * What the pool knows of one endpoint: up; down for a cooldown after too many failures in a row; then on trial with
 * one connection (half-open, as in a circuit breaker) until a use of it succeeds or fails.
 */
export class EndpointHealth {
  readonly endpoint: PoolEndpoint;
  /** Goes up by one each time the endpoint goes down, so that late news from before is known as such. */
  generation = 0;
  open = 0;
  dialing = 0;
  state: 'up' | 'down' | 'trial' = 'up';
  /** No dial before this time. */
  retryAtMs = Number.NEGATIVE_INFINITY;
  downUntilMs = Number.NEGATIVE_INFINITY;
  lastFailedAtMs = Number.NEGATIVE_INFINITY;
  lastDialedAtMs = Number.NEGATIVE_INFINITY;
  readonly #settings: HealthSettings;
  #dialFailures = 0;
  #useFailures = 0;
  #backoffLevel = 0;
  #trialPassesAtMs = Number.POSITIVE_INFINITY;

  constructor(endpoint: PoolEndpoint, settings: HealthSettings) {
    this.endpoint = endpoint;
    this.#settings = settings;
  }

  get failures(): number {
    return this.#dialFailures + this.#useFailures;
  }

  get load(): number {
    return this.open + this.dialing;
  }

  get trialPassesAtMs(): number {
    return this.#trialPassesAtMs;
  }

  dialBegan(nowMs: number): void {
    this.dialing += 1;
    this.lastDialedAtMs = nowMs;
    if (this.state === 'down') this.state = 'trial';
  }

  dialSucceeded(nowMs: number): void {
    this.dialing -= 1;
    this.open += 1;
    this.#dialFailures = 0;
    this.retryAtMs = nowMs;
    // A connection on long loan must not keep its endpoint on trial: standing for a cooldown passes too.
    if (this.state !== 'up') {
      this.state = 'trial';
      this.#trialPassesAtMs = nowMs + this.#settings.cooldownMs;
    }
  }

  dialFailed(nowMs: number): HealthChange {
    this.dialing -= 1;
    this.#dialFailures += 1;
    this.backOff(nowMs);
    return this.#failed(nowMs);
  }

  /** A dial was given up for reasons that say nothing about the endpoint. */
  dialAbandoned(): void {
    this.dialing -= 1;
    this.#endUnfinishedTrial();
  }

  useSucceeded(generation: number): HealthChange {
    if (generation !== this.generation) return undefined;
    this.#backoffLevel = 0;
    return this.#healthy();
  }

  useFailed(nowMs: number, generation: number): HealthChange {
    if (generation !== this.generation) return undefined;
    this.#useFailures += 1;
    return this.#failed(nowMs);
  }

  /** A trial that stood for a cooldown without failing is passed. */
  trialAged(nowMs: number): HealthChange {
    return this.state === 'trial' && nowMs >= this.#trialPassesAtMs ? this.#healthy() : undefined;
  }

  connectionGone(generation: number): void {
    this.open -= 1;
    if (generation === this.generation) this.#endUnfinishedTrial();
  }

  /** Pauses dialling; each pause that follows another within the longest one is twice as long. */
  backOff(nowMs: number): void {
    // A dial that fails during the pause was begun before it.
    if (nowMs < this.retryAtMs) return;
    const { backoffFirstMs, backoffMaxMs, random } = this.#settings;
    if (nowMs - this.retryAtMs > 2 * backoffMaxMs) this.#backoffLevel = 0;
    const ceiling = Math.min(backoffMaxMs, backoffFirstMs * 2 ** this.#backoffLevel);
    this.#backoffLevel += 1;
    this.retryAtMs = nowMs + ceiling * (0.5 + 0.5 * random.next());
  }

  #failed(nowMs: number): HealthChange {
    this.lastFailedAtMs = nowMs;
    if (this.state === 'up' && this.failures < this.#settings.failureThreshold) return undefined;
    const wasUp = this.state === 'up';
    this.state = 'down';
    this.generation += 1;
    this.downUntilMs = nowMs + this.#settings.cooldownMs;
    this.#trialPassesAtMs = Number.POSITIVE_INFINITY;
    return wasUp ? 'down' : undefined;
  }

  #healthy(): HealthChange {
    this.#dialFailures = 0;
    this.#useFailures = 0;
    this.#trialPassesAtMs = Number.POSITIVE_INFINITY;
    if (this.state === 'up') return undefined;
    this.state = 'up';
    return 'up';
  }

  #endUnfinishedTrial(): void {
    if (this.state !== 'trial' || this.dialing > 0) return;
    this.state = 'down';
    this.#trialPassesAtMs = Number.POSITIVE_INFINITY;
  }
}
