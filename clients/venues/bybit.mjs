import { pro } from 'ccxt';

const UUID_ID = /^[0-9a-f-]+-([0-9a-f]{12})$/;
const SPOT_ID = /^2100(\d{15})$/;

export const bybit = {
  symbols: ['BTC/USDT', 'ETH/USDT', 'BTC/USDT:USDT', 'ETH/USDT:USDT'],
  depth: 50,
  open: ({ rest, ws }) => {
    const client = new pro.bybit();
    client.urls.api.public = rest;
    for (const category of Object.keys(client.urls.api.ws.public))
      client.urls.api.ws.public[category] = `${ws}/v5/public/${category}`;
    return client;
  },
  instrument: (core, { base, swap }) => (swap ? core.perpetual(base) : core.spot(base)),
  streams: ({ id, swap }) => {
    const category = swap ? 'linear' : 'spot';
    return {
      book: `${category}:orderbook.50.${id}`,
      trades: `${category}:publicTrade.${id}`,
      ticker: `${category}:tickers.${id}`,
      candles: `${category}:kline.1.${id}`,
    };
  },
  streamOf: ({ topic }, url) => topic && `${url.slice(url.lastIndexOf('/') + 1)}:${topic}`,
  // `u` numbers the messages of a topic; `seq` is what orders the instrument, and the client keeps neither.
  restChange: ({ instrument, response }) => instrument.changeOf(response.result.seq),
  streamChange: ({ instrument, message }) => instrument.changeOf(message.data.seq),
  tradeIds: ({ id }) => {
    const tradeId = SPOT_ID.test(id) ? Number(SPOT_ID.exec(id)[1]) : Number.parseInt(UUID_ID.exec(id)[1], 16);
    return [tradeId, tradeId];
  },
};
