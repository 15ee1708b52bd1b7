import { systemClock } from '../dist/base/index.js';
import { SyntheticMarket } from '../dist/exchange/market/index.js';

/**
 * The market of a mock made once more from its seed: books are functions of the number of their change alone, trades
 * of their id. Only the calendar is not known; it is read off the stamps of trades.
 */
export class Core {
  #market;
  /** Calendar time at market time 0, from below; stamps are cut to the millisecond, so the highest comes closest. */
  #epochMs = -Infinity;

  constructor({ seed, symbols }) {
    this.#market = new SyntheticMarket({ seed: String(seed), symbols, activity: 1, clock: systemClock });
  }

  /** The spot market of a base currency. `size` writes lots as the venue's books and trades do, `volume` as candles. */
  spot(base, { size, volume } = {}) {
    return new Instrument(found(this.#market.symbols, base), size, volume);
  }

  /** The perpetual contract on a base currency. */
  perpetual(base, { size, volume } = {}) {
    return new Instrument(found(this.#market.perpetuals, base), size, volume);
  }

  /** A trade was stamped with this calendar time. */
  learnTime(instrument, tradeId, timestamp) {
    const [trade] = instrument.tape.trades(tradeId, Infinity, 1);
    this.#epochMs = Math.max(this.#epochMs, timestamp - trade.marketMs);
  }

  /** Market time of a calendar time. */
  marketMs(timestamp) {
    if (this.#epochMs === -Infinity) throw new Error('no trade has told the calendar yet');
    return timestamp - this.#epochMs;
  }
}

/** One instrument of the core, with numbers as clients hold them. */
class Instrument {
  constructor({ spec, book, tape, contract }, size, volume) {
    const coins = (lots) => scaled(lots, spec.lotDecimals);
    this.spec = spec;
    this.book = book;
    this.tape = tape;
    this.contract = contract;
    this.size = size ?? coins;
    /** Null where volumes are not simply a sum of quantities. */
    this.volume = volume === undefined ? coins : volume;
  }

  price(ticks) {
    return scaled(ticks, this.spec.priceDecimals);
  }

  /** Number of the change whose last update has this id; throws when no change ends with it. */
  changeOf(id) {
    const origin = this.book.updateId(0);
    const change = (id - origin) / (this.book.updateId(1) - origin);
    if (!Number.isInteger(change)) throw new Error(`no change of the book ends with id ${id}`);
    return change;
  }

  /** The best `depth` levels of each side at a change. */
  levels(change, depth) {
    const { bids, asks } = this.book.levels(change, depth);
    const level = ([ticks, lots]) => [this.price(ticks), this.size(lots)];
    return { bids: bids.map(level), asks: asks.map(level) };
  }

  /** The trades with these ids. */
  trades(firstId, lastId) {
    return this.tape.trades(firstId, Infinity, lastId - firstId + 1);
  }
}

/** `units` × 10^-`decimals`. Through text, as a client reads it: division alone would differ in the last digit. */
export function scaled(units, decimals) {
  return Number((units / 10 ** decimals).toFixed(decimals));
}

function found(symbols, base) {
  const symbol = symbols.find(({ spec }) => spec.base === base);
  if (!symbol) throw new Error(`the market has no ${base}`);
  return symbol;
}
