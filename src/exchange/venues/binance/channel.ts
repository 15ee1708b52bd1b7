import type { SnapshotWriter } from './depth.js';
import type { EndpointContext } from './endpoint.js';
import type { StreamEvent } from './publication.js';
import type { BinanceSymbol } from './symbols.js';

/** What feeds one stream while it has subscribers. */
export interface Channel {
  /** The first id that a later event can carry. */
  readonly nextId: number;
  /** Events that fell due by this market time, oldest first. */
  poll(marketMs: number): readonly StreamEvent[];
}

/** What a channel may look at; `counter` outlives the channel, for streams whose events have no id of their own. */
export interface ChannelContext extends EndpointContext {
  readonly snapshots: SnapshotWriter;
  readonly symbol: BinanceSymbol;
  readonly counter: { next: number };
}

export type OpenChannel = (context: ChannelContext) => Channel;

/** Beats of a fixed period, each symbol at a phase of its own, so that not all streams fall due together. */
export class Beat {
  readonly #periodMs: number;
  readonly #phaseMs: number;
  #dueMs: number;

  constructor(periodMs: number, rank: number, marketMs: number) {
    this.#periodMs = periodMs;
    // The golden ratio spreads any number of ranks evenly.
    this.#phaseMs = ((rank * 0.6180339887) % 1) * periodMs;
    this.#dueMs = this.#after(marketMs);
  }

  /** True once a period; a beat that came late does not delay the next, and missed ones are not made up for. */
  due(marketMs: number): boolean {
    if (marketMs < this.#dueMs) return false;
    this.#dueMs = this.#after(marketMs);
    return true;
  }

  #after(marketMs: number): number {
    return (Math.floor((marketMs - this.#phaseMs) / this.#periodMs) + 1) * this.#periodMs + this.#phaseMs;
  }
}

/** Whole units of the calendar time at which an event is sent. */
export function sentAt(wallMs: number, unit: number): number {
  return Math.floor(wallMs * unit);
}
