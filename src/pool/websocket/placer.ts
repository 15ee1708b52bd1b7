import type { Clock, TimerHandle } from '../../base/index.js';
import type { AcquireOptions, Lease, PoolEndpoint } from '../contracts.js';
import type { Backoff } from './backoff.js';
import type { WebSocketConnection } from './connection.js';

/** What looks for a connection. */
export interface Placeable {
  placed(lease: Lease<WebSocketConnection>): void;
}

export interface PlacerOptions {
  readonly acquire: (options: AcquireOptions) => Promise<Lease<WebSocketConnection>>;
  /** Streams that the connections open now can still take. */
  readonly room: () => number;
  readonly backoff: Backoff;
  readonly clock: Clock;
}

interface Search {
  avoid: readonly PoolEndpoint[];
  acquiring: AbortController | undefined;
}

/**
 * Finds connections for subscriptions: at once where open connections have room, and through dials that back off
 * together while they fail.
 */
export class Placer {
  readonly #options: PlacerOptions;
  readonly #searches = new Map<Placeable, Search>();
  #scheduled = false;
  #timer: TimerHandle;
  #stopped = false;

  constructor(options: PlacerOptions) {
    this.#options = options;
  }

  /** Subscriptions without a connection. */
  get searching(): number {
    return this.#searches.size;
  }

  /** Begins the search after the current turn's other work, so that streams lost together are placed together. */
  add(placeable: Placeable, avoid: readonly PoolEndpoint[] = []): void {
    if (this.#stopped) return;
    this.#searches.set(placeable, { avoid, acquiring: undefined });
    this.#schedule();
  }

  remove(placeable: Placeable): void {
    const search = this.#searches.get(placeable);
    this.#searches.delete(placeable);
    search?.acquiring?.abort();
  }

  stop(): void {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
    for (const placeable of this.#searches.keys()) this.remove(placeable);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#stopped) return;
    const { backoff, room, clock } = this.#options;
    const waitMs = backoff.waitMs;
    let places = waitMs > 0 ? room() : Number.POSITIVE_INFINITY;
    clock.clearTimeout(this.#timer);
    for (const [placeable, search] of this.#searches) {
      if (search.acquiring) continue;
      if (places <= 0) {
        this.#timer = clock.setTimeout(() => this.#begin(), waitMs);
        return;
      }
      places -= 1;
      void this.#acquire(placeable, search);
    }
  }

  async #acquire(placeable: Placeable, search: Search): Promise<void> {
    const { acquire, backoff, clock } = this.#options;
    const beganAtMs = clock.now();
    const controller = new AbortController();
    search.acquiring = controller;
    try {
      const lease = await acquire({ signal: controller.signal, avoid: search.avoid });
      this.#acquired(placeable, search, lease);
    } catch {
      // The pool's accounts and events have the error; here it only means: not yet.
      if (this.#searches.get(placeable) !== search) return;
      backoff.failed(beganAtMs);
      this.#retry(search);
    }
  }

  #acquired(placeable: Placeable, search: Search, lease: Lease<WebSocketConnection>): void {
    if (this.#searches.get(placeable) !== search) {
      lease.release();
    } else if (lease.connection.ended) {
      // It broke between the hand-over and this turn.
      lease.release({ broken: true });
      this.#retry(search);
    } else {
      this.#searches.delete(placeable);
      placeable.placed(lease);
    }
  }

  #retry(search: Search): void {
    search.acquiring = undefined;
    search.avoid = [];
    this.#schedule();
  }
}
