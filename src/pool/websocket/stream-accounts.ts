import { type Clock, LatencyHistogram } from '../../base/index.js';
import type { StreamGap } from './events.js';

/** What the holder of subscriptions can count about them, read at one moment. */
export interface StreamSnapshot {
  readonly desired: number;
  readonly acknowledged: number;
  /** Of the acknowledged ones, those without data for longer than they should be. */
  readonly stale: number;
  /**
   * Exact from events: subscription-milliseconds desired, acknowledged and stale. Coverage is the second ÷ the first.
   */
  readonly integralsMs: { readonly desired: number; readonly acknowledged: number; readonly stale: number };
  /** Messages handed to a consumer, or to its buffer. */
  readonly messages: number;
  /** Messages dropped because the consumer had them, or later ones, though one connection alone carried the stream. */
  readonly repeated: number;
  /** Messages dropped because another connection had brought them first. */
  readonly duplicates: number;
  /** Gap events, and the ids that they cover. */
  readonly gaps: number;
  readonly gapIds: number;
  /** Of the gap events, those that tell of a possible loss. */
  readonly unknownLosses: number;
  /** Messages dropped because a consumer's buffer was full. */
  readonly overflowed: number;
  readonly consumerFailures: number;
  /** Answers of the venue that put a stream on a connection: of each feed, and of each move. */
  readonly acknowledgements: number;
  /** Subscriptions acknowledged again after their connection was lost. */
  readonly resubscriptions: number;
  /** Subscriptions that the venue refused. */
  readonly rejected: number;
  /** Times that a stream was given up on a connection which did not answer for it. */
  readonly unanswered: number;
  /** Times that a stream was asked for anew by its holder, and brought data again. */
  readonly resynchronised: number;
}

type Gauge = 'desired' | 'acknowledged' | 'stale';
type Counter = Exclude<keyof StreamSnapshot, Gauge | 'integralsMs'>;

/** Event-exact accounts of subscriptions. */
export class StreamAccounts {
  /** `subscribe` called → first acknowledgement, connection included. */
  readonly subscribeMs = new LatencyHistogram();
  /** Connection lost → acknowledged again. */
  readonly recoveryMs = new LatencyHistogram();
  /** Last message before a loss of the connection → first message after it. */
  readonly gapMs = new LatencyHistogram();
  /** Ping → pong, those of the WebSocket protocol and those of the venue's own. */
  readonly pingMs = new LatencyHistogram();
  /** A connection that has to be replaced → all of its streams carried by others. */
  readonly rotationMs = new LatencyHistogram();
  readonly #clock: Clock;
  #atMs: number;
  readonly #gauges: Record<Gauge, number> = { desired: 0, acknowledged: 0, stale: 0 };
  readonly #integralsMs: Record<Gauge, number> = { desired: 0, acknowledged: 0, stale: 0 };
  readonly #counts: Record<Counter, number> = {
    messages: 0,
    repeated: 0,
    duplicates: 0,
    gaps: 0,
    gapIds: 0,
    unknownLosses: 0,
    overflowed: 0,
    consumerFailures: 0,
    acknowledgements: 0,
    resubscriptions: 0,
    rejected: 0,
    unanswered: 0,
    resynchronised: 0,
  };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.now();
  }

  changed(gauge: Gauge, by: 1 | -1): void {
    this.#integrate();
    this.#gauges[gauge] += by;
  }

  recovered(downMs: number): void {
    this.#counts.resubscriptions += 1;
    this.recoveryMs.record(downMs);
  }

  count(what: Exclude<Counter, 'gaps' | 'gapIds' | 'unknownLosses' | 'resubscriptions'>, by = 1): void {
    this.#counts[what] += by;
  }

  message(): void {
    this.#counts.messages += 1;
  }

  gap({ lastGoodId, firstGoodId, unknownLoss }: StreamGap): void {
    this.#counts.gaps += 1;
    if (unknownLoss) this.#counts.unknownLosses += 1;
    else if (lastGoodId !== null) this.#counts.gapIds += Math.max(0, firstGoodId - lastGoodId - 1);
  }

  snapshot(): StreamSnapshot {
    this.#integrate();
    return { ...this.#gauges, ...this.#counts, integralsMs: { ...this.#integralsMs } };
  }

  // Every change of a gauge first books the time that the old value lasted.
  #integrate(): void {
    const now = this.#clock.now();
    const elapsedMs = now - this.#atMs;
    this.#integralsMs.desired += this.#gauges.desired * elapsedMs;
    this.#integralsMs.acknowledged += this.#gauges.acknowledged * elapsedMs;
    this.#integralsMs.stale += this.#gauges.stale * elapsedMs;
    this.#atMs = now;
  }
}
