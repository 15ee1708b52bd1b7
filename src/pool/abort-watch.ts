import type { AbortSource } from './contracts.js';

interface Watched<W> {
  readonly waiters: Set<W>;
  readonly stop: () => void;
}

/** Who waits with which signal. One signal may serve any number of them, so it gets one listener, not one each. */
export class AbortWatch<W> {
  readonly #aborted: (waiters: readonly W[], signal: AbortSource) => void;
  readonly #watched = new Map<AbortSource, Watched<W>>();

  /** `aborted` hears of all who wait with a signal, in the order of their coming; none of them is watched any more. */
  constructor(aborted: (waiters: readonly W[], signal: AbortSource) => void) {
    this.#aborted = aborted;
  }

  add(signal: AbortSource, waiter: W): void {
    const watched = this.#watched.get(signal);
    if (watched) watched.waiters.add(waiter);
    else this.#watched.set(signal, { waiters: new Set([waiter]), stop: this.#listen(signal) });
  }

  remove(signal: AbortSource, waiter: W): void {
    const watched = this.#watched.get(signal);
    if (!watched?.waiters.delete(waiter) || watched.waiters.size > 0) return;
    this.#watched.delete(signal);
    watched.stop();
  }

  #listen(signal: AbortSource): () => void {
    const heard = (): void => {
      const watched = this.#watched.get(signal);
      this.#watched.delete(signal);
      if (watched) this.#aborted([...watched.waiters], signal);
    };
    signal.addEventListener('abort', heard, { once: true });
    return () => signal.removeEventListener('abort', heard);
  }
}
