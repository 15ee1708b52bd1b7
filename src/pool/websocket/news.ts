import { channel, type Channel } from 'node:diagnostics_channel';
import type { StreamPoolEvent } from './events.js';

const KINDS = [
  'opened',
  'closed',
  'dialFailed',
  'declaredDead',
  'rotating',
  'rotated',
  'acknowledged',
  'unanswered',
  'recovered',
  'resumed',
  'stale',
  'resynchronised',
  'consumerFailed',
  'gap',
] as const satisfies readonly StreamPoolEvent['kind'][];

const CHANNELS = Object.fromEntries(KINDS.map((kind) => [kind, channel(`mp-bench:stream:${kind}`)])) as Record<
  StreamPoolEvent['kind'],
  Channel
>;

/**
 * Tells listeners what happened in a pool of streams, in order. News also go to the channels `mp-bench:stream:<kind>`
 * of node:diagnostics_channel, as `{ pool, event }`.
 */
export class News {
  readonly #pool: string;
  readonly #listeners = new Set<(event: StreamPoolEvent) => void>();

  /** `pool` is the name that the channels give. */
  constructor(pool: string) {
    this.#pool = pool;
  }

  on(listener: (event: StreamPoolEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: StreamPoolEvent): void {
    for (const listener of this.#listeners) contained(() => listener(event));
    const news = CHANNELS[event.kind];
    if (news.hasSubscribers) news.publish({ pool: this.#pool, event });
  }
}

// A listener that throws has a bug of its own: it surfaces as an uncaught error, and the pool goes on.
function contained(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
