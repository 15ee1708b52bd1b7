import { pro } from 'ccxt';
import { scaled } from '../core.mjs';

/** A contract is a thousand lots. */
const contracts = (lots) => scaled(lots, 3);

export const okx = {
  symbols: ['BTC/USDT', 'ETH/USDT', 'BTC/USDT:USDT', 'ETH/USDT:USDT'],
  depth: 400,
  open: ({ rest, ws }) => {
    const client = new pro.okx();
    client.urls.api.rest = rest;
    client.urls.api.ws = `${ws}/ws/v5`;
    return client;
  },
  instrument: (core, { base, swap }) => (swap ? core.perpetual(base, { size: contracts }) : core.spot(base)),
  streams: ({ id }) => ({
    book: `books:${id}`,
    trades: `trades:${id}`,
    ticker: `tickers:${id}`,
    candles: `candle1m:${id}`,
  }),
  streamOf: ({ arg, data }) => data && `${arg.channel}:${arg.instId}`,
  restChange: ({ instrument, response }) => instrument.changeOf(response.data[0].seqId),
  streamChange: ({ instrument, book }) => instrument.changeOf(book.nonce),
  // A push of the stream is a whole taker order, named by its last trade.
  tradeIds: ({ info: { tradeId, count = 1 } }) => [tradeId - count + 1, Number(tradeId)],
  gapError: 'InvalidNonce',
};
