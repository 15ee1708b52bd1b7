import { type Clock, LatencyHistogram } from '../../base/index.js';

/** What the holder of subscriptions can count about them, read at one moment. */
export interface StreamSnapshot {
  readonly desired: number;
  readonly acknowledged: number;
  /** Exact from events: subscription-milliseconds desired and acknowledged. Coverage is the second ÷ the first. */
  readonly integralsMs: { readonly desired: number; readonly acknowledged: number };
  /** Messages handed to a consumer. */
  readonly messages: number;
  /** Messages dropped because the consumer had them, or later ones. */
  readonly repeated: number;
  /** Gap events, and the ids that they cover. */
  readonly gaps: number;
  readonly gapIds: number;
  /** Subscriptions acknowledged again after their connection was lost. */
  readonly resubscriptions: number;
  /** Subscriptions that the venue refused. */
  readonly rejected: number;
}

/** Event-exact accounts of subscriptions. */
export class StreamAccounts {
  /** `subscribe` called → first acknowledgement, connection included. */
  readonly subscribeMs = new LatencyHistogram();
  /** Connection lost → acknowledged again. */
  readonly recoveryMs = new LatencyHistogram();
  /** Last message before a loss of the connection → first message after it. */
  readonly gapMs = new LatencyHistogram();
  readonly #clock: Clock;
  #atMs: number;
  #desired = 0;
  #acknowledged = 0;
  #desiredMs = 0;
  #acknowledgedMs = 0;
  #messages = 0;
  #repeated = 0;
  #gaps = 0;
  #gapIds = 0;
  #resubscriptions = 0;
  #rejected = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.now();
  }

  desiredChanged(by: 1 | -1): void {
    this.#integrate();
    this.#desired += by;
  }

  acknowledgedChanged(by: 1 | -1): void {
    this.#integrate();
    this.#acknowledged += by;
  }

  recovered(downMs: number): void {
    this.#resubscriptions += 1;
    this.recoveryMs.record(downMs);
  }

  rejected(): void {
    this.#rejected += 1;
  }

  message(): void {
    this.#messages += 1;
  }

  repeated(): void {
    this.#repeated += 1;
  }

  gap(ids: number): void {
    this.#gaps += 1;
    this.#gapIds += ids;
  }

  snapshot(): StreamSnapshot {
    this.#integrate();
    return {
      desired: this.#desired,
      acknowledged: this.#acknowledged,
      integralsMs: { desired: this.#desiredMs, acknowledged: this.#acknowledgedMs },
      messages: this.#messages,
      repeated: this.#repeated,
      gaps: this.#gaps,
      gapIds: this.#gapIds,
      resubscriptions: this.#resubscriptions,
      rejected: this.#rejected,
    };
  }

  // Every change of a gauge first books the time that the old value lasted.
  #integrate(): void {
    const now = this.#clock.now();
    const elapsedMs = now - this.#atMs;
    this.#desiredMs += this.#desired * elapsedMs;
    this.#acknowledgedMs += this.#acknowledged * elapsedMs;
    this.#atMs = now;
  }
}
