import type { Clock } from '../../../base/index.js';
import { RollingWindow } from '../../limits/index.js';
import type { VenueTime } from '../../feed/index.js';
import type { StreamSink } from '../../venue.js';
import { Heartbeat } from './heartbeat.js';
import { Lifetime } from './lifetime.js';
import type { CommonRules } from './rules.js';

export interface UpkeepOptions {
  readonly clock: Clock;
  readonly time: VenueTime;
  readonly sink: StreamSink;
  readonly rules: CommonRules;
  readonly enforce: boolean;
  /** How long before the end of its life the connection is told; 0 when it is not. */
  readonly noticeMs: number;
  readonly onNotice: () => void;
  /** The client sent too much and was cut for it. */
  readonly onMisuse: () => void;
  /** The venue has ended the connection. */
  readonly onOver: () => void;
}

/** What every WebSocket connection is subject to: pings, the limit on messages, and the longest life. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #inbound: RollingWindow;
  readonly #heartbeat: Heartbeat;
  readonly #lifetime: Lifetime;

  constructor(options: UpkeepOptions) {
    const { clock, time, sink, rules, noticeMs, onNotice } = options;
    this.#options = options;
    this.#inbound = new RollingWindow(rules.messagesPerWindow, rules.messageWindowMs);
    this.#heartbeat = new Heartbeat({
      clock,
      rules,
      ping: () => {
        const payload = String(time.stamp());
        sink.ping(payload);
        return payload;
      },
      onTimeout: () => {
        this.close(1008, 'Pong timeout');
      },
    });
    this.#lifetime = new Lifetime({
      clock,
      maxAgeMs: rules.maxAgeMs,
      noticeMs,
      onNotice,
      onEnd: () => {
        this.close(1001, '');
      },
    });
  }

  /** Counts a message, ping or pong of the client; true when it may be served. */
  admits(): boolean {
    const { clock, sink, enforce, onMisuse } = this.#options;
    if (!this.#inbound.exceededBy(clock.now())) return true;
    sink.violated('messages-per-second');
    if (!enforce) return true;
    onMisuse();
    this.close(1008, 'Too many requests');
    return false;
  }

  pong(payload: string): void {
    if (this.admits()) this.#heartbeat.pong(payload);
  }

  /** Ends the connection on the venue's behalf. */
  close(code: number, reason: string): void {
    this.stop();
    this.#options.sink.close(code, reason);
    this.#options.onOver();
  }

  stop(): void {
    this.#heartbeat.stop();
    this.#lifetime.stop();
  }
}
