import type { Clock, TimerHandle } from '../../base/index.js';
import type { HttpPhase } from './errors.js';

/** Limits of one exchange in milliseconds; `Infinity` for none. */
export interface PhaseLimits {
  /** Until the request with its body is written out. */
  readonly sendMs: number;
  /** From there to the response's headers. */
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

/**
 * The limits of the exchanges of one connection, to the millisecond. It keeps one timer, which is moved only when
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
    const limitMs = this.#limits[`${phase}Ms`];
    this.#phaseDueMs = limitMs === NEVER ? NEVER : this.#clock.now() + limitMs;
    if (this.#phaseDueMs < this.#armedMs) this.#arm();
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
    const delayMs = Math.min(LONGEST_MS, Math.max(0, dueMs - this.#clock.now()));
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
    const now = this.#clock.now();
    if (now >= this.#totalDueMs) this.#late('total', limits.totalMs);
    else if (now >= this.#phaseDueMs) this.#late(this.#phase, limits[`${this.#phase}Ms`]);
    else this.#arm();
  }
}
