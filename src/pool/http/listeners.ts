import { guarded } from '../effects.js';

/** Those who hear one kind of news. */
export class Listeners<E> {
  readonly #listeners = new Set<(event: E) => void>();

  /** Nobody listens: news need not be made up. */
  get none(): boolean {
    return this.#listeners.size === 0;
  }

  /** Returns how to stop hearing. */
  add(listener: (event: E) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(event: E): void {
    for (const listener of Array.from(this.#listeners)) guarded(() => listener(event));
  }
}
