import type { Clock, TimerHandle } from '../../base/index.js';
import { type HttpPhase, HttpRequestError } from './errors.js';

/** Limits of one exchange in milliseconds; `Infinity` for none. */
export interface PhaseLimits {
  /** How long the other side may leave what was written of the request, or of its body, untaken. */
  readonly sendMs: number;
  /** From the end of the request to the response's headers. */
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly bodyMs: number;
  /** How long a reader may leave a body unread. */
  readonly unreadMs: number;
  /** The whole exchange. */
  readonly totalMs: number;
}

const NEVER = Number.POSITIVE_INFINITY;
// Node turns longer delays into 1 ms; a timer that wakes early just looks again.
const LONGEST_MS = 2 ** 31 - 1;
// Node's timers know whole milliseconds only: one that comes less than half of one early would come later the next time.
const NEAREST_MS = 0.5;

/**
 * The limits of the exchanges of one connection, to the nearest millisecond. It keeps one timer, which is moved only when
 * something falls due before it: a timer that finds nothing due looks when to wake next, so that requests which are
 * answered in time cost no timer each.
 */
export class PhaseWatch {
  readonly #clock: Clock;
  readonly #late: (phase: HttpPhase, limitMs: number) => void;
  #limits: PhaseLimits | undefined;
  #phase: Exclude<HttpPhase, 'total'> = 'send';
  #phaseDueMs = NEVER;
  #totalDueMs = NEVER;
  #timer: TimerHandle;
  #armedMs = NEVER;

  constructor(clock: Clock, late: (phase: HttpPhase, limitMs: number) => void) {
    this.#clock = clock;
    this.#late = late;
  }

  /** An exchange begins, in phase `send`. */
  begin(limits: PhaseLimits): void {
    this.#limits = limits;
    this.#totalDueMs = limits.totalMs === NEVER ? NEVER : this.#clock.now() + limits.totalMs;
    this.enter('send');
    this.#arm();
  }

  enter(phase: Exclude<HttpPhase, 'total'>): void {
    if (!this.#limits) return;
    this.#phase = phase;
    const limitMs = limitOf(phase, this.#limits);
    this.#phaseDueMs = limitMs === NEVER ? NEVER : this.#clock.now() + limitMs;
    if (this.#phaseDueMs < this.#armedMs) this.#arm();
  }

  /**
   * A piece of the request was written. Once the other side has `taken` all of it, sending waits for the caller's next
   * piece: that is no fault of the connection, and its limit stands still.
   */
  wrote(taken: boolean): void {
    if (this.#phase !== 'send') return;
    if (taken) this.#phaseDueMs = NEVER;
    else this.enter('send');
  }

  /** The exchange is over. */
  end(): void {
    this.#limits = undefined;
    this.#phaseDueMs = NEVER;
    this.#totalDueMs = NEVER;
  }

  /** Leaves no timer behind. */
  close(): void {
    this.end();
    this.#disarm();
  }

  #arm(): void {
    const dueMs = Math.min(this.#phaseDueMs, this.#totalDueMs);
    if (dueMs >= this.#armedMs) return;
    this.#disarm();
    this.#armedMs = dueMs;
    const delayMs = Math.min(LONGEST_MS, Math.max(0, Math.round(dueMs - this.#clock.now())));
    this.#timer = this.#clock.setTimeout(() => this.#look(), delayMs);
  }

  #disarm(): void {
    if (this.#armedMs === NEVER) return;
    this.#clock.clearTimeout(this.#timer);
    this.#armedMs = NEVER;
  }

  #look(): void {
    this.#armedMs = NEVER;
    const limits = this.#limits;
    if (!limits) return;
    const now = this.#clock.now() + NEAREST_MS;
    if (now >= this.#totalDueMs) this.#late('total', limits.totalMs);
    else if (now >= this.#phaseDueMs) this.#late(this.#phase, limitOf(this.#phase, limits));
    else this.#arm();
  }
}

// Names put together would cost as much as all the rest, and every response passes here several times.
function limitOf(phase: Exclude<HttpPhase, 'total'>, limits: PhaseLimits): number {
  if (phase === 'send') return limits.sendMs;
  if (phase === 'headers') return limits.headersMs;
  return phase === 'body' ? limits.bodyMs : limits.unreadMs;
}

/** What ends an exchange that passed a limit. */
export function lateError(phase: HttpPhase, limitMs: number): HttpRequestError {
  const text = `${phase === 'unread' ? 'its body was left unread for' : `${phase} took over`} ${Math.round(limitMs)} ms`;
  return new HttpRequestError('timeout', 1, text, { phase });
}
