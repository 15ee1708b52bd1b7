import type { ProductEndpoint } from '../endpoint.js';
import { isoTime } from '../iso-time.js';

/** `GET /products/{id}/ticker`: the last trade, the touch and the volume of 24 hours. */
export const ticker: ProductEndpoint = ({ time, statistics }, product) => {
  const now = time.marketNow();
  const { book, tape } = product.market;
  const touch = book.touch(book.changeAt(now));
  const last = tape.trades(tape.nextTradeId(now) - 1, now, 1)[0];
  const { volume } = statistics.of(product, now);
  return {
    body: JSON.stringify({
      ask: product.price(touch.askTicks),
      bid: product.price(touch.bidTicks),
      volume,
      trade_id: last?.id ?? 0,
      price: product.price(last?.ticks ?? touch.bidTicks),
      size: product.size(last?.lots ?? 0),
      time: isoTime(time.epochMs + (last?.marketMs ?? now)),
      rfq_volume: product.size(0),
    }),
  };
};

/** `GET /products/{id}/stats`: 24 hours, and the volume of 30 days. */
export const stats: ProductEndpoint = ({ time, statistics }, product) => {
  const now = time.marketNow();
  const { tape, book } = product.market;
  const last = tape.trades(tape.nextTradeId(now) - 1, now, 1)[0];
  const { open, high, low, volume, monthVolume } = statistics.of(product, now);
  const price = product.price(last?.ticks ?? book.touch(book.changeAt(now)).bidTicks);
  return { body: JSON.stringify({ open, high, low, last: price, volume, volume_30day: monthVolume }) };
};
