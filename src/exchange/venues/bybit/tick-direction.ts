import type { TradeTape } from '../../market/index.js';

/** How a trade's price compares with the one before it, or with the last different one when it is the same. */
export type TickDirection = 'PlusTick' | 'ZeroPlusTick' | 'MinusTick' | 'ZeroMinusTick';

const LOOKED_BACK = 32;

/** Follows the direction of the price from trade to trade. */
export class TickTracker {
  #ticks: number | undefined;
  #rising = true;
  #direction: TickDirection = 'ZeroPlusTick';

  /** Begins behind the last trade before `nextId`, with what came shortly before that. */
  constructor(tape: TradeTape, nextId: number) {
    for (const { ticks } of tape.trades(nextId - LOOKED_BACK, Infinity, LOOKED_BACK)) this.next(ticks);
  }

  /** The direction of the last trade. */
  get direction(): TickDirection {
    return this.#direction;
  }

  /** Goes on to a trade at this price. */
  next(ticks: number): TickDirection {
    const before = this.#ticks ?? ticks;
    this.#ticks = ticks;
    if (ticks !== before) this.#rising = ticks > before;
    const word = this.#rising ? 'PlusTick' : 'MinusTick';
    this.#direction = ticks === before ? `Zero${word}` : word;
    return this.#direction;
  }
}
