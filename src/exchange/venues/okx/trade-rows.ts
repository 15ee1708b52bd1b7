import type { VenueTime } from '../../feed/index.js';
import type { TakerOrder, Trade } from '../../market/index.js';
import type { OkxInstrument } from './instruments.js';

/** A trade as `market/trades` and the channel `trades-all` give it. */
export function tradeRow(instrument: OkxInstrument, time: VenueTime, trade: Trade): string {
  const { id, ticks, lots, buyerIsMaker, marketMs } = trade;
  return `{"instId":"${instrument.id}","side":"${sideOf(buyerIsMaker)}","sz":"${instrument.size(lots)}","source":"0","px":"${instrument.price(ticks)}","tradeId":"${id}","ts":"${time.stampOf(marketMs)}"}`;
}

/**
 * A taker order as the channel `trades` gives it: `tradeId` is its last trade's and `count` says how many there are;
 * `seqId` is that of the book it traded against.
 */
export function orderRow(instrument: OkxInstrument, time: VenueTime, order: TakerOrder): string {
  const { book } = instrument.market;
  const { ticks, marketMs, buyerIsMaker } = order;
  const count = order.lots.length;
  const lots = order.lots.reduce((sum, fill) => sum + fill, 0);
  const what = `"px":"${instrument.price(ticks)}","sz":"${instrument.size(lots)}","side":"${sideOf(buyerIsMaker)}"`;
  const seqId = book.updateId(book.changeAt(marketMs));
  return `{"instId":"${instrument.id}","tradeId":"${order.firstTradeId + count - 1}",${what},"ts":"${time.stampOf(marketMs)}","count":"${count}","source":"0","seqId":${seqId}}`;
}

// The venue tells the taker's side.
function sideOf(buyerIsMaker: boolean): string {
  return buyerIsMaker ? 'sell' : 'buy';
}
