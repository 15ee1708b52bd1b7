import type { Random } from '../base/index.js';
import type { PoolEndpoint } from './contracts.js';

export interface HealthSettings {
  readonly failureThreshold: number;
  readonly cooldownMs: number;
  readonly ejectBadShare: number;
  readonly ejectMinAnswers: number;
  readonly ejectWindowMs: number;
  readonly slowStartMs: number;
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  readonly random: Random;
}

/** What a report changed: the endpoint went down or came back up. */
export type HealthChange = 'down' | 'up' | undefined;

// Full jitter may come out near zero; a timer between two tries there must be.
const SHORTEST_PAUSE_MS = 1;
// The part of its weight that an endpoint back in service starts with.
const SLOW_START_FROM = 0.1;

/**
 * What the pool knows of one endpoint: up; down for a cooldown after too many failures in a row, or too many bad
 * answers; then on trial with one connection (half-open, as in a circuit breaker) until a use of it succeeds or fails.
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
  /** False only while there is nothing that a use that succeeds could mend. */
  troubled = false;
  /** It went down because it answered badly: a check of a connection does not bring it back. */
  ejected = false;
  /** Uses that went well, within the window of bad answers. */
  goodAnswers = 0;
  readonly weight: number;
  readonly #settings: HealthSettings;
  #dialFailures = 0;
  #useFailures = 0;
  #backoffLevel = 0;
  #trialPassesAtMs = Number.POSITIVE_INFINITY;
  #upSinceMs = Number.NEGATIVE_INFINITY;
  #badAnswers = 0;
  #windowSinceMs = Number.NEGATIVE_INFINITY;

  constructor(endpoint: PoolEndpoint, settings: HealthSettings) {
    this.endpoint = endpoint;
    this.weight = endpoint.weight ?? 1;
    this.#settings = settings;
  }

  /** Its weight, less than that for a while after it came back into service. */
  weightAt(nowMs: number): number {
    const { slowStartMs } = this.#settings;
    const elapsedMs = nowMs - this.#upSinceMs;
    if (elapsedMs >= slowStartMs) return this.weight;
    return this.weight * Math.max(SLOW_START_FROM, elapsedMs / slowStartMs);
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
      this.troubled = true;
      this.#trialPassesAtMs = nowMs + this.#settings.cooldownMs;
    }
  }

  dialFailed(nowMs: number): HealthChange {
    this.dialing -= 1;
    this.#dialFailures += 1;
    this.ejected = false;
    this.backOff(nowMs);
    return this.#failed(nowMs);
  }

  /** A dial was given up for reasons that say nothing about the endpoint. */
  dialAbandoned(): void {
    this.dialing -= 1;
    this.#endUnfinishedTrial();
  }

  useSucceeded(generation: number, nowMs: number): HealthChange {
    if (generation !== this.generation) return undefined;
    this.#backoffLevel = 0;
    this.troubled = false;
    this.goodAnswers += 1;
    return this.#healthy(nowMs);
  }

  useFailed(nowMs: number, generation: number): HealthChange {
    if (generation !== this.generation) return undefined;
    this.#useFailures += 1;
    this.ejected = false;
    return this.#failed(nowMs);
  }

  /** An answer that was no good; are there too many of them? On trial, one is. */
  answeredBadly(nowMs: number, generation: number): boolean {
    if (generation !== this.generation) return false;
    const { ejectWindowMs, ejectMinAnswers, ejectBadShare } = this.#settings;
    if (nowMs - this.#windowSinceMs > ejectWindowMs) {
      this.#windowSinceMs = nowMs;
      this.#badAnswers = 0;
      this.goodAnswers = 0;
    }
    this.#badAnswers += 1;
    const answers = this.goodAnswers + this.#badAnswers;
    const tooMany = answers >= ejectMinAnswers && this.#badAnswers >= ejectBadShare * answers;
    return tooMany || this.state === 'trial';
  }

  /** Takes it out of service for its answers. */
  eject(nowMs: number): HealthChange {
    this.ejected = true;
    return this.#goDown(nowMs);
  }

  /** A trial that stood for a cooldown without failing is passed. */
  trialAged(nowMs: number): HealthChange {
    const passed = this.state === 'trial' && nowMs >= this.#trialPassesAtMs;
    return passed ? this.#healthy(nowMs) : undefined;
  }

  connectionGone(generation: number): void {
    this.open -= 1;
    if (generation === this.generation) this.#endUnfinishedTrial();
  }

  /** Pauses dialling; the longest possible pause doubles when one follows another within twice the limit. */
  backOff(nowMs: number): void {
    // A dial that fails during the pause was begun before it.
    if (nowMs < this.retryAtMs) return;
    const { backoffFirstMs, backoffMaxMs, random } = this.#settings;
    if (nowMs - this.retryAtMs > 2 * backoffMaxMs) this.#backoffLevel = 0;
    const ceiling = Math.min(backoffMaxMs, backoffFirstMs * 2 ** this.#backoffLevel);
    this.#backoffLevel += 1;
    this.troubled = true;
    this.retryAtMs = nowMs + Math.max(SHORTEST_PAUSE_MS, ceiling * random.next());
  }

  #failed(nowMs: number): HealthChange {
    this.lastFailedAtMs = nowMs;
    this.troubled = true;
    if (this.state === 'up' && this.failures < this.#settings.failureThreshold) return undefined;
    return this.#goDown(nowMs);
  }

  #goDown(nowMs: number): HealthChange {
    const wasUp = this.state === 'up';
    this.state = 'down';
    this.troubled = true;
    this.generation += 1;
    this.lastFailedAtMs = nowMs;
    this.downUntilMs = nowMs + this.#settings.cooldownMs;
    this.#trialPassesAtMs = Number.POSITIVE_INFINITY;
    return wasUp ? 'down' : undefined;
  }

  #healthy(nowMs: number): HealthChange {
    this.#dialFailures = 0;
    this.#useFailures = 0;
    this.#trialPassesAtMs = Number.POSITIVE_INFINITY;
    if (this.state === 'up') return undefined;
    this.state = 'up';
    this.ejected = false;
    this.#upSinceMs = nowMs;
    this.#windowSinceMs = Number.NEGATIVE_INFINITY;
    return 'up';
  }

  #endUnfinishedTrial(): void {
    if (this.state !== 'trial' || this.dialing > 0) return;
    this.state = 'down';
    this.#trialPassesAtMs = Number.POSITIVE_INFINITY;
  }
}
