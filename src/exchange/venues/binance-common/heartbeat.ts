import type { Clock, TimerHandle } from '../../../base/index.js';
import type { CommonRules } from './rules.js';

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly rules: Pick<CommonRules, 'pingEveryMs' | 'pongTimeoutMs'>;
  /** Sends a ping and returns its payload. */
  readonly ping: () => string;
  /** Called once when a ping has stood unanswered for too long. */
  readonly onTimeout: () => void;
}

/** Timers cannot run longer; a beat that comes too early changes nothing. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Ping {
  readonly payload: string;
  readonly dueMs: number;
}

/** The server's pings, their payload to be echoed in time. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** Pings without an echo, oldest first. */
  #waiting: Ping[] = [];
  #nextPingMs: number;
  #timer: TimerHandle;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#nextPingMs = options.clock.now() + options.rules.pingEveryMs;
    this.#schedule();
  }

  /** An echo answers its ping and all before it; any other pong counts for nothing. */
  pong(payload: string): void {
    const answered = this.#waiting.findLastIndex((ping) => ping.payload === payload);
    if (answered >= 0) this.#waiting = this.#waiting.slice(answered + 1);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  #schedule(): void {
    const { clock } = this.#options;
    const dueMs = Math.min(this.#nextPingMs, this.#waiting[0]?.dueMs ?? Infinity);
    this.#timer = clock.setTimeout(
      () => {
        this.#beat();
      },
      Math.min(dueMs - clock.now(), LONGEST_TIMER_MS),
    );
  }

  #beat(): void {
    const { clock, rules, ping, onTimeout } = this.#options;
    const now = clock.now();
    if (now >= (this.#waiting[0]?.dueMs ?? Infinity)) {
      onTimeout();
      return;
    }
    if (now >= this.#nextPingMs) {
      this.#nextPingMs = now + rules.pingEveryMs;
      this.#waiting.push({ payload: ping(), dueMs: now + rules.pongTimeoutMs });
    }
    this.#schedule();
  }
}
