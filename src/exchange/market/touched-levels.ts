import { AscendingSet } from './ascending-set.js';
import type { GridWindow } from './grid-window.js';

/** Where the best bid stood at the changes `from` to `to`, inclusive. */
export interface TouchRun {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  readonly lowest: number;
  readonly highest: number;
}

/** Grid levels of one side that were inside the book at some moment of a run, inclusive. */
interface Span {
  readonly low: number;
  readonly high: number;
}

/**
 * Finds the levels of one side that a run of changes touched: every place where the touch stood, grid levels that
 * came into the book or left it on the way, and those rewritten meanwhile. A level that ended as it began still
 * counts, since a reader may have seen it in between.
 */
export class TouchedLevels {
  readonly #window: GridWindow;
  readonly #behindTouch: number;
  readonly #levels = new AscendingSet();
  readonly #around = new AscendingSet();

  /** A side has `behindTouch` grid levels at any moment. */
  constructor(window: GridWindow, behindTouch: number) {
    this.#window = window;
    this.#behindTouch = behindTouch;
  }

  /**
   * The ticks touched, ascending, each once. The side's touch stood `shift` ticks above the best bid; the window must
   * cover the span.
   */
  ticks(run: TouchRun, shift: number, span: Span): number[] {
    this.#gatherLevels(run, span);
    const lowest = run.lowest + shift;
    const highest = run.highest + shift;
    this.#around.reset(lowest, highest);
    for (const bidTicks of run.ticks) this.#around.add(bidTicks + shift);
    const found: number[] = [];
    const above: number[] = [];
    this.#levels.each((level) => {
      const ticks = this.#window.tickOf(level);
      if (ticks < lowest) found.push(ticks);
      else if (ticks > highest) above.push(ticks);
      else this.#around.add(ticks);
    });
    this.#around.each((ticks) => found.push(ticks));
    for (const ticks of above) found.push(ticks);
    return found;
  }

  #gatherLevels({ from, to }: TouchRun, { low, high }: Span): void {
    // Inside throughout is what is inside at both of the side's outermost positions.
    const innerLow = high - this.#behindTouch + 1;
    const innerHigh = low + this.#behindTouch - 1;
    this.#levels.reset(low, high);
    for (let level = low; level < Math.min(innerLow, high + 1); level += 1) this.#levels.add(level);
    for (let level = Math.max(innerHigh + 1, low); level <= high; level += 1) this.#levels.add(level);
    this.#window.eachRewritten(from, to, (level) => {
      if (level >= innerLow && level <= innerHigh) this.#levels.add(level);
    });
  }
}
