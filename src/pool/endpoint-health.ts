import type { Random } from '../base/index.js';
import type { DownReason, PoolEndpoint } from './contracts.js';

export interface HealthSettings {
  readonly failureThreshold: number;
  readonly cooldownMs: number;
  readonly ejectBadShare: number;
  readonly ejectMinAnswers: number;
  readonly ejectWindowMs: number;
  readonly slowStartMs: number;
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  readonly leasesPerConnection: number;
  readonly random: Random;
}

/**
 * What a report changed: the endpoint went down; was down for its dials and now fails uses as well ('worse'); or is
 * back up.
 */
export type HealthChange = 'down' | 'worse' | 'up' | undefined;

// Full jitter may come out near zero; a timer between two tries there must be.
const SHORTEST_PAUSE_MS = 1;
// The part of its weight that an endpoint back in service starts with.
const SLOW_START_FROM = 0.1;
const NEVER = Number.POSITIVE_INFINITY;
const LONG_AGO = Number.NEGATIVE_INFINITY;

/**
 * What the pool knows of one endpoint: up; down for a cooldown after too many failures in a row, or too many bad
 * answers; then on trial with one dial (half-open, as in a circuit breaker) until a use succeeds or fails.
 *
 * Dials that fail say nothing about the connections that are there: an endpoint down for its dials alone keeps those,
 * and only a dial that succeeds puts it on trial. Going down for anything else begins a new generation.
 */
export class EndpointHealth {
  readonly endpoint: PoolEndpoint;
  /** Goes up by one each time that the connections of the endpoint are given up; late news of earlier ones is stale. */
  generation = 0;
  open = 0;
  dialing = 0;
  state: 'up' | 'down' | 'trial' = 'up';
  /** Why it is out of service, or was when it was last. */
  downReason: DownReason = 'dial';
  /** The dial of its trial is under way. */
  trialDialing = false;
  /** No dial before this time. */
  retryAtMs = LONG_AGO;
  downUntilMs = LONG_AGO;
  lastFailedAtMs = LONG_AGO;
  lastDialedAtMs = LONG_AGO;
  /** Why the last dial failed, until one succeeds. */
  dialError: Error | undefined;
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
  /** No dial has succeeded since the last one that failed. */
  #refusing = false;
  /** When a dial first succeeded since it went down. */
  #reachedAtMs = NEVER;
  #trialPassesAtMs = NEVER;
  #upSinceMs = LONG_AGO;
  #badAnswers = 0;
  #windowSinceMs = LONG_AGO;

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

  /** Is it in service, or has it been reached since it went down? */
  get reached(): boolean {
    return this.state === 'up' || (this.state === 'trial' && this.#reachedAtMs < NEVER && this.open > 0);
  }

  /** Returns whether this dial is its trial. */
  dialBegan(nowMs: number): boolean {
    this.dialing += 1;
    this.lastDialedAtMs = nowMs;
    if (this.state !== 'down') return false;
    this.state = 'trial';
    this.trialDialing = true;
    return true;
  }

  dialSucceeded(nowMs: number, trial: boolean): void {
    this.dialing -= 1;
    this.open += 1;
    this.#dialFailures = 0;
    this.#refusing = false;
    this.dialError = undefined;
    this.retryAtMs = nowMs;
    if (trial) this.trialDialing = false;
    if (this.state === 'up') return;
    this.state = 'trial';
    this.troubled = true;
    this.#reachedAtMs = Math.min(this.#reachedAtMs, nowMs);
    // Connections that carry many leases may have none that ends: with them standing for a cooldown passes too.
    if (this.#settings.leasesPerConnection > 1) this.#trialPassesAtMs = nowMs + this.#settings.cooldownMs;
  }

  dialFailed(error: Error, nowMs: number, trial: boolean): HealthChange {
    this.dialing -= 1;
    this.dialError = error;
    if (trial) this.trialDialing = false;
    this.#dialFailures += 1;
    this.#refusing = true;
    this.ejected = false;
    this.backOff(nowMs);
    // Begun before the trial or beside it, and no part of it.
    if (this.state === 'trial' && !trial) return undefined;
    return this.#failed(nowMs, 'dial', this.state === 'up' && this.failures < this.#settings.failureThreshold);
  }

  /** A dial was given up for reasons that say nothing about the endpoint. */
  dialAbandoned(trial: boolean): void {
    this.dialing -= 1;
    if (trial) this.trialDialing = false;
    this.#endUnfinishedTrial();
  }

  useSucceeded(generation: number, nowMs: number): HealthChange {
    if (generation !== this.generation) return undefined;
    this.#useFailures = 0;
    if (!this.#refusing) this.#backoffLevel = 0;
    this.troubled = false;
    this.goodAnswers += 1;
    return this.reached ? this.#healthy(nowMs) : undefined;
  }

  useFailed(nowMs: number, generation: number, reason: DownReason): HealthChange {
    if (generation !== this.generation) return undefined;
    this.#useFailures += 1;
    this.ejected = false;
    const { failureThreshold } = this.#settings;
    if (this.state === 'up') return this.#failed(nowMs, reason, this.failures < failureThreshold);
    return this.#failed(nowMs, reason, !this.reached && this.#useFailures < failureThreshold);
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
    return tooMany || (this.state === 'trial' && this.reached);
  }

  /** Takes it out of service for its answers. */
  eject(nowMs: number): HealthChange {
    this.ejected = true;
    return this.#goDown(nowMs, 'answers');
  }

  /** A trial that stood for a cooldown without failing is passed, where standing counts. */
  trialAged(nowMs: number): HealthChange {
    const passed = this.state === 'trial' && nowMs >= this.#trialPassesAtMs;
    return passed ? this.#healthy(nowMs) : undefined;
  }

  connectionGone(generation: number, openedAtMs: number): void {
    this.open -= 1;
    if (generation === this.generation && openedAtMs >= this.#reachedAtMs) this.#endUnfinishedTrial();
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

  #failed(nowMs: number, reason: DownReason, tolerated: boolean): HealthChange {
    this.lastFailedAtMs = nowMs;
    this.troubled = true;
    return tolerated ? undefined : this.#goDown(nowMs, reason);
  }

  #goDown(nowMs: number, reason: DownReason): HealthChange {
    const wasUp = this.state === 'up';
    const worse = !wasUp && this.downReason === 'dial' && reason !== 'dial';
    this.state = 'down';
    this.downReason = reason;
    this.troubled = true;
    if (reason !== 'dial') this.generation += 1;
    this.lastFailedAtMs = nowMs;
    this.downUntilMs = nowMs + this.#settings.cooldownMs;
    this.#endTrial();
    if (worse) return 'worse';
    return wasUp ? 'down' : undefined;
  }

  #healthy(nowMs: number): HealthChange {
    this.#dialFailures = 0;
    this.#useFailures = 0;
    this.#endTrial();
    if (this.state === 'up') return undefined;
    this.state = 'up';
    this.ejected = false;
    this.#upSinceMs = nowMs;
    this.#windowSinceMs = LONG_AGO;
    return 'up';
  }

  #endUnfinishedTrial(): void {
    if (this.state !== 'trial' || this.dialing > 0) return;
    this.state = 'down';
    this.#endTrial();
  }

  #endTrial(): void {
    this.#reachedAtMs = NEVER;
    this.#trialPassesAtMs = NEVER;
  }
}
