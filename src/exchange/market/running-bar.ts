import { type Bar, BarSum } from './bar.js';
import { MINUTE_MS } from './market-minutes.js';

/**
 * A bar added up from whole minutes, as far as these are over: what comes later is joined without going through them
 * again. Minutes that are not kept leave a gap, which is estimated as one when the next one is joined.
 */
export class RunningBar {
  readonly fromMs: number;
  /** Number of its first minute. */
  readonly first: number;
  /** The first minute that it has not been through. */
  next: number;
  /** Everything before this moment is in `sum`. */
  pendingMs: number;
  sum: BarSum | undefined;
  /** Where in the store the last minute lay. */
  place = -1;
  #missingMs = -Infinity;

  constructor(fromMs: number, first: number) {
    this.fromMs = fromMs;
    this.first = first;
    this.next = first;
    this.pendingMs = fromMs;
  }

  /**
   * Whether an answer up to `endMs`, with trades counted from `countedFrom` on, goes through the same minutes. The last
   * one that it has been through starts at `lastStartMs`.
   */
  fits(lastStartMs: number, endMs: number, countedFrom: number): boolean {
    return lastStartMs <= endMs && this.#missingMs < countedFrom;
  }

  /** Whether it has been through this minute. */
  passed(minute: number): boolean {
    return minute >= this.first && minute < this.next;
  }

  /** Goes on to `next` over minutes that are not kept, the last of which starts at `lastStartMs`. */
  skip(next: number, lastStartMs: number): void {
    this.next = next;
    this.#missingMs = lastStartMs;
  }

  join(bar: Bar): void {
    if (this.sum) this.sum.join(bar);
    else this.sum = BarSum.from(bar);
  }

  /** Says that the `count` minutes from `next` on are joined, the last of which starts at `lastStartMs`. */
  passOver(count: number, lastStartMs: number): void {
    this.next += count;
    this.pendingMs = lastStartMs + MINUTE_MS;
  }

  /** One that goes its own way from here. */
  copy(): RunningBar {
    const copy = new RunningBar(this.fromMs, this.first);
    copy.next = this.next;
    copy.pendingMs = this.pendingMs;
    copy.sum = this.sum && BarSum.from(this.sum);
    return copy;
  }
}
