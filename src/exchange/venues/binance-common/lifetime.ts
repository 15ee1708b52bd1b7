import type { Clock, TimerHandle } from '../../../base/index.js';

export interface LifetimeOptions {
  readonly clock: Clock;
  readonly maxAgeMs: number;
  /** How long before its end a connection is told; at once when it does not live so long. */
  readonly noticeMs: number;
  readonly onNotice: () => void;
  readonly onEnd: () => void;
}

/** Timers cannot run longer (25 days); no connection here does. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The longest that a connection may last, and the notice ahead of its end. */
export class Lifetime {
  readonly #clock: Clock;
  #timer: TimerHandle;

  constructor({ clock, maxAgeMs, noticeMs, onNotice, onEnd }: LifetimeOptions) {
    this.#clock = clock;
    const untilNoticeMs = Math.min(Math.max(0, maxAgeMs - noticeMs), LONGEST_TIMER_MS);
    this.#timer = clock.setTimeout(() => {
      this.#timer = clock.setTimeout(onEnd, Math.min(maxAgeMs - untilNoticeMs, LONGEST_TIMER_MS));
      onNotice();
    }, untilNoticeMs);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }
}
