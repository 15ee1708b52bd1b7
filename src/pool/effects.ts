import { channel, type Channel } from 'node:diagnostics_channel';
import type { PoolEvent } from './contracts.js';

const KINDS = [
  'dialing',
  'opened',
  'dialFailed',
  'closed',
  'endpointDown',
  'endpointUp',
  'endpointTrial',
  'leaked',
  'leakEnded',
] as const satisfies readonly PoolEvent['kind'][];

const CHANNELS = Object.fromEntries(KINDS.map((kind) => [kind, channel(`mp-bench:pool:${kind}`)])) as Record<
  PoolEvent['kind'],
  Channel
>;

/**
 * What a transition of state leaves to be done outside it: I/O and news to listeners. They run after the transition,
 * in order, so that whatever they call back into finds the pool's state whole. News also go to the channels
 * `mp-bench:pool:<kind>` of node:diagnostics_channel, as `{ pool, event }`.
 */
export class Effects<T> {
  readonly #pool: string;
  #todo: (() => void)[] = [];
  readonly #listeners = new Set<(event: PoolEvent<T>) => void>();
  #running = false;

  /** `pool` is the name that the channels give. */
  constructor(pool: string) {
    this.#pool = pool;
  }

  add(effect: () => void): void {
    this.#todo.push(effect);
  }

  emit(event: PoolEvent<T>): void {
    const news = CHANNELS[event.kind];
    if (this.#listeners.size === 0 && !news.hasSubscribers) return;
    this.#todo.push(() => {
      for (const listener of Array.from(this.#listeners)) guarded(() => listener(event));
      if (news.hasSubscribers) news.publish({ pool: this.#pool, event });
    });
  }

  on(listener: (event: PoolEvent<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  run(): void {
    if (this.#running || this.#todo.length === 0) return;
    this.#running = true;
    // What an effect adds comes after those already there.
    for (let index = 0; index < this.#todo.length; index += 1) {
      const effect = this.#todo[index];
      if (effect) guarded(effect);
    }
    this.#todo = [];
    this.#running = false;
  }
}

/**
 * Calls what is not the pool's. A listener or a factory that throws, or returns a promise that rejects, has a bug of its
 * own: it surfaces as an uncaught error, once, and the pool goes on.
 */
export function guarded(call: () => unknown): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(surface);
  } catch (error) {
    surface(error);
  }
}

/** Makes it an uncaught error, outside whatever is going on. */
export function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
