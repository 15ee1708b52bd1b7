import type { Clock, TimerHandle } from '../../base/index.js';

/** Sends the text pings that a venue wants to hear, as long as the connection is open. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #send: () => void;
  #timer: TimerHandle;

  constructor(clock: Clock, everyMs: number, send: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#send = send;
    this.#plan();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #plan(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#plan();
      this.#send();
    }, this.#everyMs);
  }
}
