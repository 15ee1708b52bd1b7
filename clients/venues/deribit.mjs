import { pro } from 'ccxt';

const HOUR_MS = 3_600_000;

export const deribit = {
  symbols: ['BTC/USD:BTC', 'SOL/USDC:USDC', 'ETH/USDC'],
  depth: 1000,
  // Credits last for ten subscriptions at once, and come back at three a second.
  paceMs: 500,
  open: ({ rest, ws }) => {
    const client = new pro.deribit();
    client.urls.api.rest = rest;
    client.urls.api.ws = `${ws}/ws/api/v2`;
    return client;
  },
  instrument: (core, { base, swap, inverse, contractSize }) => {
    if (!swap) return core.spot(base);
    // Amounts in dollars; the volume of a candle is converted trade by trade.
    const dollars = (lots) => lots * contractSize;
    return core.perpetual(base, inverse ? { size: dollars, volume: null } : {});
  },
  streams: ({ id }) => ({
    book: `book.${id}.100ms`,
    trades: `trades.${id}.100ms`,
    ticker: `ticker.${id}.100ms`,
    candles: `chart.trades.${id}.1`,
  }),
  streamOf: ({ params }) => params?.channel,
  restChange: ({ instrument, book }) => instrument.changeOf(book.nonce),
  // The client keeps the time of a message, not its id.
  streamChange: ({ instrument, message }) => instrument.changeOf(message.params.data.change_id),
  tradeIds: ({ info }) => [info.trade_seq, info.trade_seq].map(Number),
  // The client puts a new snapshot over the book that it had, whose other levels stay.
  mergesBooks: true,
  // Funding runs on all the time; the client asks what was paid within the last eight hours.
  fundingRate: (contract, now) => {
    let paid = 0;
    for (let hour = Math.floor(now / HOUR_MS) - 8; hour <= now / HOUR_MS; hour += 1) {
      const within = Math.min(now, (hour + 1) * HOUR_MS) - Math.max(now - 8 * HOUR_MS, hour * HOUR_MS);
      paid += (contract.fundingRate(hour) / 8) * (within / HOUR_MS);
    }
    return paid;
  },
};
