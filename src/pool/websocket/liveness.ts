import type { Clock, TimerHandle } from '../../base/index.js';

export interface LivenessOptions {
  /** Silence after which the peer is asked for a sign of life, and how long it has to give one. */
  readonly silenceTimeoutMs: number;
  readonly pingTimeoutMs: number;
}

/**
 * Tells a half-open connection from a quiet one. Any frame is a sign of life; after a silence the peer is pinged, and
 * it is dead only when nothing at all arrives within the ping's timeout.
 */
export class Liveness {
  readonly #options: LivenessOptions;
  readonly #clock: Clock;
  readonly #ping: () => void;
  readonly #dead: () => void;
  #heardAtMs: number;
  #timer: TimerHandle;
  #stopped = false;

  /** `ping` is asked to send a ping and to call `pinged` when it left; `dead` is called once at most. */
  constructor(options: LivenessOptions, clock: Clock, ping: () => void, dead: () => void) {
    this.#options = options;
    this.#clock = clock;
    this.#ping = ping;
    this.#dead = dead;
    this.#heardAtMs = clock.now();
    this.#timer = clock.setTimeout(() => this.#silenceEnded(), options.silenceTimeoutMs);
  }

  /** When the last frame arrived; at first, when the connection opened. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** A frame arrived; returns when. */
  heard(): number {
    this.#heardAtMs = this.#clock.now();
    return this.#heardAtMs;
  }

  /** The ping left. */
  pinged(): void {
    if (this.#stopped) return;
    this.#clock.clearTimeout(this.#timer);
    const pingedAtMs = this.#clock.now();
    const heardBeforeMs = this.#heardAtMs;
    const expired = (): void => {
      if (this.#heardAtMs > heardBeforeMs || this.#heardAtMs >= pingedAtMs) this.#watch();
      // Timers run before sockets are read: after a stall of the event loop the pong may be waiting there.
      else this.#timer = this.#clock.setTimeout(() => this.#judge(heardBeforeMs), 0);
    };
    this.#timer = this.#clock.setTimeout(expired, this.#options.pingTimeoutMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #judge(heardBeforeMs: number): void {
    if (this.#heardAtMs > heardBeforeMs) {
      this.#watch();
      return;
    }
    this.stop();
    this.#dead();
  }

  // One timer a silence, not one a frame: it looks at the time of the last frame when it fires.
  #watch(): void {
    const leftMs = Math.max(0, this.#silentAtMs - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => this.#silenceEnded(), leftMs);
  }

  #silenceEnded(): void {
    if (this.#clock.now() < this.#silentAtMs) this.#watch();
    else this.#ping();
  }

  // Always summed in this way: another one may round to just before the moment at which the timer fires, for ever.
  get #silentAtMs(): number {
    return this.#heardAtMs + this.#options.silenceTimeoutMs;
  }
}
