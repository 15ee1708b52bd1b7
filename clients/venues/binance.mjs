import { pro } from 'ccxt';

/** What the two markets of Binance have in common. */
const common = {
  depth: 1000,
  streams: ({ lowercaseId }) => ({
    book: `${lowercaseId}@depth@100ms`,
    trades: `${lowercaseId}@trade`,
    ticker: `${lowercaseId}@miniTicker`,
    candles: `${lowercaseId}@kline_1m`,
  }),
  streamOf: ({ e, s, k }) => {
    const kinds = {
      depthUpdate: 'depth@100ms',
      trade: 'trade',
      '24hrMiniTicker': 'miniTicker',
      kline: `kline_${k?.i}`,
    };
    return kinds[e] && `${s.toLowerCase()}@${kinds[e]}`;
  },
  // The last update id, of a snapshot as of an event.
  restChange: ({ instrument, book }) => instrument.changeOf(book.nonce),
  streamChange: ({ instrument, book }) => instrument.changeOf(book.nonce),
  // REST gives taker orders, streams single trades.
  tradeIds: ({ info: { f, l, t } }) => (t === undefined ? [f, l] : [t, t]).map(Number),
  gapError: 'ChecksumError',
};

export const binance = {
  ...common,
  symbols: ['BTC/USDT', 'ETH/USDT'],
  open: ({ rest, ws }) => {
    // The mock has the spot market alone; by default the client would look for contracts elsewhere.
    const client = new pro.binance({ options: { fetchMarkets: { types: ['spot'] } } });
    client.urls.api.public = `${rest}/api/v3`;
    // The client takes a socket for one of the spot market by the text `/stream` in its URL.
    client.urls.api.ws.spot = `${ws}/stream/ws`;
    return client;
  },
  instrument: (core, { base }) => core.spot(base),
};

export const binanceUsdm = {
  ...common,
  symbols: ['BTC/USDT:USDT', 'ETH/USDT:USDT'],
  open: ({ rest, ws }) => {
    const client = new pro.binanceusdm();
    for (const version of [1, 2, 3])
      client.urls.api[`fapiPublic${version > 1 ? `V${version}` : ''}`] = `${rest}/fapi/v${version}`;
    client.urls.api.fapiData = `${rest}/futures/data`;
    client.urls.api.ws.future = `${ws}/ws`;
    return client;
  },
  instrument: (core, { base }) => core.perpetual(base),
};
