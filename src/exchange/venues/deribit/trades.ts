import type { Trade, TradeTape } from '../../market/index.js';
import type { DeribitContext } from './context.js';
import type { DeribitInstrument } from './instruments.js';
import { markTicks } from './ticker.js';

/** A trade with the price of the one before it, which its tick direction compares with. */
export interface TickedTrade {
  readonly trade: Trade;
  readonly previousTicks: number;
}

/** Reads an instrument's trades on from a point, remembering the price of the last one. */
export class TradeReader {
  readonly #tape: TradeTape;
  #nextId: number;
  #previousTicks: number;

  constructor({ market }: DeribitInstrument, fromId: number) {
    this.#tape = market.tape;
    this.#nextId = fromId;
    this.#previousTicks = market.tape.trades(fromId - 1, Infinity, 1)[0]?.ticks ?? 0;
  }

  /** The trade that is read next. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Trades up to `untilMs` inclusive and `limit` of them, oldest first. */
  read(untilMs: number, limit = Infinity): TickedTrade[] {
    const trades = this.#tape.trades(this.#nextId, untilMs, limit);
    this.#nextId += trades.length;
    return trades.map((trade) => {
      const ticked = { trade, previousTicks: this.#previousTicks };
      this.#previousTicks = trade.ticks;
      return ticked;
    });
  }
}

export function tradeJson(context: DeribitContext, instrument: DeribitInstrument, ticked: TickedTrade): string {
  const { trade } = ticked;
  const { id, marketMs, ticks, lots, buyerIsMaker } = trade;
  const mark = instrument.finePrice(markTicks(instrument, marketMs));
  const index = instrument.finePrice(instrument.perpetual.contract.indexTicks(marketMs));
  const ids = `"trade_seq":${id},"trade_id":"${tradePrefix(instrument)}${id}"`;
  const when = `"timestamp":${context.time.stampOf(marketMs)},"tick_direction":${tickDirection(ticked)}`;
  const prices = `"price":${instrument.price(ticks)},"mark_price":${mark}`;
  const what = `"instrument_name":"${instrument.name}","index_price":${index}`;
  const contracts = instrument.kind === 'future' ? `"contracts":${lots},` : '';
  return `{${ids},${when},${prices},${what},"direction":"${buyerIsMaker ? 'sell' : 'buy'}",${contracts}"amount":${instrument.amount(lots)}}`;
}

/** Trades of the bitcoin book have bare numbers; all others are marked with what they are settled in. */
function tradePrefix({ name, settlement, inverse }: DeribitInstrument): string {
  if (!inverse) return `${name.replace('-PERPETUAL', '')}-`;
  return settlement === 'BTC' ? '' : `${settlement}-`;
}

/** 0 up, 1 up and since unchanged, 2 down, 3 down and since unchanged; seen from the trade before alone. */
function tickDirection({ trade, previousTicks }: TickedTrade): number {
  if (trade.ticks === previousTicks) return trade.buyerIsMaker ? 3 : 1;
  return trade.ticks > previousTicks ? 0 : 2;
}
