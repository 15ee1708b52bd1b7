import { pro } from 'ccxt';

/** Of `level2`, ids of which the messages say nothing: a change is known by the moment at which its interval begins. */
function changeAt({ core, instrument }, time) {
  const change = core.marketMs(Date.parse(time)) / instrument.spec.bookIntervalMs;
  const nearest = Math.round(change);
  if (Math.abs(change - nearest) > 0.2) throw new Error(`no change of the book is of ${time}`);
  return nearest;
}

export const coinbase = {
  symbols: ['BTC/USD', 'ETH/USD'],
  depth: 1000,
  open: ({ rest, ws }) => {
    // `level2` has to be signed; the mock takes any signature.
    const secret = Buffer.from('secret').toString('base64');
    const client = new pro.coinbaseexchange({ apiKey: 'key', secret, password: 'passphrase' });
    client.urls.api.public = rest;
    client.urls.api.ws = ws;
    return client;
  },
  instrument: (core, { base }) => core.spot(base),
  streams: ({ id }) => ({ book: `level2:${id}`, trades: `matches:${id}`, ticker: `ticker:${id}` }),
  streamOf: ({ type, product_id: id }) => {
    const channels = {
      snapshot: 'level2',
      l2update: 'level2',
      match: 'matches',
      last_match: 'matches',
      ticker: 'ticker',
    };
    return channels[type] && `${channels[type]}:${id}`;
  },
  // The sequence is the book's id and the last trade's, added up; near a moment only one change fits.
  restChange: ({ core, instrument, book, response }) => {
    const { book: coreBook, tape } = instrument;
    const lastTrade = tape.nextTradeId(core.marketMs(Date.parse(response.time))) - 1;
    const step = coreBook.updateId(1) - coreBook.updateId(0);
    return Math.round((book.nonce - lastTrade - coreBook.updateId(0)) / step);
  },
  streamChange: (look) => changeAt(look, look.message.time),
  tradeIds: ({ id }) => [Number(id), Number(id)],
};
