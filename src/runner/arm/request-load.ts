import { type Clock, sleep } from '../../base/index.js';
import type { OperationRecorder } from './operation-recorder.js';

export interface RequestLoadOptions {
  readonly clock: Clock;
  readonly beginAtMs: number;
  /** Offsets of the arrivals from `beginAtMs`, ascending; null for a burst: all are due at once. */
  readonly arrivals: Float64Array | null;
  readonly operations: number;
  readonly maxInFlight: number;
  /** In an open loop: an operation that found no free slot for this long is not started any more. */
  readonly timeoutMs: number;
  readonly recorder: OperationRecorder;
  /** Performs operation `index`; resolves with its HTTP status. */
  readonly perform: (index: number) => Promise<number>;
}

/**
 * Offers operations at their scheduled times whatever becomes of the earlier ones (open loop), at most `maxInFlight`
 * under way; late ones wait in order and keep their intended time. A burst is the same with every operation due at
 * the begin. Resolves when all have ended; `offered` is called when the last arrival was due.
 */
export async function offerRequests(options: RequestLoadOptions, offered: () => void): Promise<void> {
  const { clock, beginAtMs, arrivals, operations, recorder } = options;
  const slots = new Slots(options);
  for (let due = 0; due < operations;) {
    const now = clock.now();
    while (due < operations && dueAt(due) <= now) {
      slots.offer(due, dueAt(due));
      due += 1;
    }
    if (due < operations) await sleep(clock, dueAt(due) - now);
  }
  if (arrivals !== null) offered();
  await slots.drained();
  if (arrivals === null) offered();

  function dueAt(index: number): number {
    return beginAtMs + (arrivals?.[index] ?? 0);
  }
  if (recorder.settled !== operations) throw new Error(`${operations - recorder.settled} operations never settled`);
}

/** The operations under way, and those that wait for a slot. */
class Slots {
  readonly #options: RequestLoadOptions;
  readonly #waiting: { index: number; intendedAtMs: number }[] = [];
  #head = 0;
  #busy = 0;
  #onDrained: (() => void) | null = null;

  constructor(options: RequestLoadOptions) {
    this.#options = options;
  }

  offer(index: number, intendedAtMs: number): void {
    this.#waiting.push({ index, intendedAtMs });
    this.#fill();
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained = resolve;
      this.#settleIfDrained();
    });
  }

  #fill(): void {
    const { clock, maxInFlight, timeoutMs, recorder, arrivals } = this.#options;
    while (this.#busy < maxInFlight && this.#head < this.#waiting.length) {
      const next = this.#waiting[this.#head];
      this.#head += 1;
      if (!next) break;
      // In a burst everything is due at once and waiting for a slot is the point of it.
      const tooLate = arrivals !== null && clock.now() - next.intendedAtMs > timeoutMs;
      if (tooLate) recorder.unstarted(next.index, next.intendedAtMs);
      else void this.#run(next.index, next.intendedAtMs);
    }
  }

  async #run(index: number, intendedAtMs: number): Promise<void> {
    const { clock, recorder, perform } = this.#options;
    this.#busy += 1;
    const startedAtMs = clock.now();
    recorder.started(index, intendedAtMs, startedAtMs);
    try {
      const status = await perform(index);
      recorder.answered(index, startedAtMs, clock.now(), status);
    } catch (error) {
      recorder.failed(index, clock.now(), error);
    }
    this.#busy -= 1;
    this.#fill();
    this.#settleIfDrained();
  }

  #settleIfDrained(): void {
    if (this.#busy === 0 && this.#head === this.#waiting.length) this.#onDrained?.();
  }
}
