import type { Clock, TimerHandle } from '../../../base/index.js';

export interface IdleWatchOptions {
  readonly clock: Clock;
  readonly idleMs: number;
  /** Whether the connection may be silent. */
  readonly exempt: () => boolean;
  readonly onIdle: () => void;
}

/** Tells when nothing was heard of a connection for too long. One timer, which goes by the time of the last sign. */
export class IdleWatch {
  readonly #options: IdleWatchOptions;
  #heardMs: number;
  #timer: TimerHandle;

  constructor(options: IdleWatchOptions) {
    this.#options = options;
    this.#heardMs = options.clock.now();
    this.#schedule(options.idleMs);
  }

  heard(): void {
    this.#heardMs = this.#options.clock.now();
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  #schedule(delayMs: number): void {
    const { clock, idleMs, exempt, onIdle } = this.#options;
    this.#timer = clock.setTimeout(() => {
      const leftMs = this.#heardMs + idleMs - clock.now();
      if (leftMs > 0) this.#schedule(leftMs);
      else if (exempt()) this.#schedule(idleMs);
      else onIdle();
    }, delayMs);
  }
}
