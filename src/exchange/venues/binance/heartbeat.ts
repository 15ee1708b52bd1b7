import type { Clock, TimerHandle } from '../../../base/index.js';
import type { StreamSink } from '../../venue.js';
import type { BinanceRules } from './rules.js';

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly sink: StreamSink;
  readonly rules: Pick<BinanceRules, 'pingEveryMs' | 'pongTimeoutMs'>;
  /** Makes the payload of the next ping. */
  readonly payload: () => string;
}

/** The server's pings, their payload to be echoed; without an echo in time the connection is closed. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** Pings that may stand unanswered: the next one finds that the oldest is overdue. */
  readonly #unanswered: number;
  #waiting: string[] = [];
  #timer: TimerHandle;

  constructor(options: HeartbeatOptions) {
    const { pingEveryMs, pongTimeoutMs } = options.rules;
    this.#options = options;
    this.#unanswered = Math.max(1, Math.ceil(pongTimeoutMs / pingEveryMs));
    this.#timer = this.#schedule();
  }

  /** An echo answers its ping and all before it; any other pong counts for nothing. */
  pong(payload: string): void {
    const answered = this.#waiting.lastIndexOf(payload);
    if (answered >= 0) this.#waiting = this.#waiting.slice(answered + 1);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  #schedule(): TimerHandle {
    return this.#options.clock.setTimeout(() => {
      this.#beat();
    }, this.#options.rules.pingEveryMs);
  }

  #beat(): void {
    if (this.#waiting.length >= this.#unanswered) {
      this.#options.sink.close(1008, 'Pong timeout');
      return;
    }
    const payload = this.#options.payload();
    this.#waiting.push(payload);
    this.#timer = this.#schedule();
    this.#options.sink.ping(payload);
  }
}
