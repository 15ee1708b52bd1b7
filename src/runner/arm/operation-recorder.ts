import { LatencyHistogram } from '../../base/index.js';
import { type ErrorKind, kindOfError, kindOfStatus } from '../../driver/index.js';
import type { OperationTally } from './messages.js';

/** Books every operation of one run into typed arrays and histograms. */
export class OperationRecorder {
  readonly #response = new LatencyHistogram();
  readonly #service = new LatencyHistogram();
  readonly #lag = new LatencyHistogram();
  readonly #failures: Partial<Record<ErrorKind, number>> = {};
  readonly #intended: Float64Array;
  readonly #ended: Float64Array;
  readonly #good: Uint8Array;
  readonly #timeoutMs: number;
  #attempted = 0;
  #completed = 0;
  #unstarted = 0;
  #firstStart = Number.POSITIVE_INFINITY;
  #lastEnd = Number.NEGATIVE_INFINITY;

  constructor(operations: number, timeoutMs: number) {
    this.#intended = new Float64Array(operations);
    this.#ended = new Float64Array(operations).fill(Number.NaN);
    this.#good = new Uint8Array(operations);
    this.#timeoutMs = timeoutMs;
  }

  get settled(): number {
    return this.#completed + Object.values(this.#failures).reduce((sum, n) => sum + n, 0) + this.#unstarted;
  }

  /** The schedule wanted operation `index` at `intendedAtMs`, and no slot came free in time. */
  unstarted(index: number, intendedAtMs: number): void {
    this.#intended[index] = intendedAtMs;
    this.#ended[index] = intendedAtMs + this.#timeoutMs;
    this.#unstarted += 1;
  }

  started(index: number, intendedAtMs: number, startedAtMs: number): void {
    this.#attempted += 1;
    this.#intended[index] = intendedAtMs;
    this.#lag.record(startedAtMs - intendedAtMs);
    this.#firstStart = Math.min(this.#firstStart, startedAtMs);
  }

  /** The operation was answered with an HTTP status; a bad one is a failure. */
  answered(index: number, startedAtMs: number, endedAtMs: number, status: number): void {
    const kind = kindOfStatus(status);
    if (kind !== null) {
      this.#fail(index, endedAtMs, kind);
      return;
    }
    const responseMs = endedAtMs - (this.#intended[index] ?? startedAtMs);
    this.#response.record(responseMs);
    this.#service.record(endedAtMs - startedAtMs);
    this.#completed += 1;
    this.#end(index, endedAtMs);
    this.#good[index] = responseMs <= this.#timeoutMs ? 1 : 0;
  }

  failed(index: number, endedAtMs: number, error: unknown): void {
    this.#fail(index, endedAtMs, kindOfError(error));
  }

  tally(keepLog: boolean): OperationTally {
    return {
      attempted: this.#attempted,
      completed: this.#completed,
      unstarted: this.#unstarted,
      failures: { ...this.#failures },
      responseMs: this.#response.sparse(),
      serviceMs: this.#service.sparse(),
      startLagMs: this.#lag.sparse(),
      completionMs: this.#lastEnd - this.#firstStart,
      log: keepLog ? { intendedAtMs: this.#intended, endedAtMs: this.#ended, good: this.#good } : null,
    };
  }

  #fail(index: number, endedAtMs: number, kind: ErrorKind): void {
    this.#failures[kind] = (this.#failures[kind] ?? 0) + 1;
    this.#end(index, endedAtMs);
  }

  #end(index: number, endedAtMs: number): void {
    this.#ended[index] = endedAtMs;
    this.#lastEnd = Math.max(this.#lastEnd, endedAtMs);
  }
}
