import type { Clock, TimerHandle } from '../../../base/index.js';
import type { StreamSink } from '../../venue.js';

/** Watches that something is sent over a connection now and then; calls `onIdle` once when nothing was for `idleMs`. */
export class IdleWatch {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  #sentAtMs: number;
  #timer: TimerHandle;

  constructor(clock: Clock, idleMs: number, onIdle: () => void) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
    this.#sentAtMs = clock.now();
    this.#timer = this.#schedule(idleMs);
  }

  /** The same sink, its data and replies noted. */
  noting(sink: StreamSink): StreamSink {
    const noted = <T extends unknown[]>(send: (...args: T) => void) => {
      return (...args: T): void => {
        this.#sentAtMs = this.#clock.now();
        send(...args);
      };
    };
    return {
      publish: noted((message) => {
        sink.publish(message);
      }),
      reply: noted((text) => {
        sink.reply(text);
      }),
      acknowledge: noted((text, streams) => {
        sink.acknowledge(text, streams);
      }),
      ping: (payload) => {
        sink.ping(payload);
      },
      close: (code, reason) => {
        sink.close(code, reason);
      },
      drop: () => {
        sink.drop();
      },
      subscribed: (stream, nextId) => {
        sink.subscribed(stream, nextId);
      },
      unsubscribed: (stream, nextId) => {
        sink.unsubscribed(stream, nextId);
      },
      violated: (rule) => {
        sink.violated(rule);
      },
    };
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #schedule(delayMs: number): TimerHandle {
    return this.#clock.setTimeout(() => {
      const leftMs = this.#sentAtMs + this.#idleMs - this.#clock.now();
      if (leftMs > 0) this.#timer = this.#schedule(leftMs);
      else this.#onIdle();
    }, delayMs);
  }
}
