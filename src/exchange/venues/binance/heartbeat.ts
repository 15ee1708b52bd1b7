import type { Clock, TimerHandle } from '../../../base/index.js';
import type { StreamSink } from '../../venue.js';

const PING_EVERY_MS = 20_000;
/** A ping unanswered for 60 s is one that two more have followed. */
const UNANSWERED = 3;

/** The server's pings: one every 20 s, its payload to be echoed; after 60 s without an echo the connection is closed. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #sink: StreamSink;
  readonly #payload: () => string;
  #waiting: string[] = [];
  #timer: TimerHandle;

  constructor(clock: Clock, sink: StreamSink, payload: () => string) {
    this.#clock = clock;
    this.#sink = sink;
    this.#payload = payload;
    this.#timer = this.#schedule();
  }

  /** An echo answers its ping and all before it; any other pong counts for nothing. */
  pong(payload: string): void {
    const answered = this.#waiting.lastIndexOf(payload);
    if (answered >= 0) this.#waiting = this.#waiting.slice(answered + 1);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #schedule(): TimerHandle {
    return this.#clock.setTimeout(() => {
      this.#beat();
    }, PING_EVERY_MS);
  }

  #beat(): void {
    if (this.#waiting.length >= UNANSWERED) {
      this.#sink.close(1008, 'Pong timeout');
      return;
    }
    const payload = this.#payload();
    this.#waiting.push(payload);
    this.#timer = this.#schedule();
    this.#sink.ping(payload);
  }
}
