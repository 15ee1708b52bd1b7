import type { PoolEvent } from './contracts.js';

/**
 * What a transition of state leaves to be done outside it: I/O and news to listeners. They run after the transition,
 * in order, so that whatever they call back into finds the pool's state whole.
 */
export class Effects<T> {
  readonly #todo: (() => void)[] = [];
  readonly #listeners = new Set<(event: PoolEvent<T>) => void>();
  #running = false;

  add(effect: () => void): void {
    this.#todo.push(effect);
  }

  emit(event: PoolEvent<T>): void {
    if (this.#listeners.size === 0) return;
    this.#todo.push(() => {
      for (const listener of this.#listeners) guarded(() => listener(event));
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
    for (let effect = this.#todo.shift(); effect; effect = this.#todo.shift()) guarded(effect);
    this.#running = false;
  }
}

// A listener or a factory that throws has a bug of its own: it surfaces as an uncaught error, and the pool goes on.
function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
