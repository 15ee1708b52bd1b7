import { expectBook, expectCandle, expectOpenInterest, expectTicker, expectTrade } from '../agreement.mjs';
import { expect } from '../report.mjs';

const CLOCKS_MS = 1_000;
const FUNDING_MS = 8 * 3_600_000;
/** Rates are told to eight digits. */
const RATE_STEP = 1e-8;

/** What the client fetches, compared with the core. Trades come first: their stamps tell the calendar. */
export async function checkRest({ report, client, subjects }) {
  await report.check('fetchTime', async () => {
    const before = Date.now();
    const time = await client.fetchTime();
    expect(time >= before - CLOCKS_MS && time <= Date.now() + CLOCKS_MS, `${time} is not now`);
    return 'the time of this machine';
  });
  for (const [method, { unit, fetchOne }] of Object.entries(METHODS)) {
    const concerned = subjects.filter(({ instrument }) => instrument.contract || !OF_CONTRACTS.has(method));
    if (!client.has[method] || concerned.length === 0) continue;
    await report.check(method, async () => {
      let count = 0;
      for (const subject of concerned) count += await fetchOne(subject);
      return `${count} ${unit} of ${concerned.length} symbols equal the core's`;
    });
  }
}

const OF_CONTRACTS = new Set(['fetchFundingRate', 'fetchOpenInterest']);

/** Each fetches for one symbol, and tells how much of it was compared. */
const METHODS = {
  fetchTrades: { unit: 'trades with consecutive ids', fetchOne: fetchTrades },
  fetchOrderBook: {
    unit: 'levels a side',
    fetchOne: async ({ client, symbol, witness, ...subject }) => {
      const { venue, instrument } = subject;
      const book = await client.fetchOrderBook(symbol, 20);
      const change = venue.restChange({ ...subject, book, response: witness.response });
      // Some venues know no limit and give all they have.
      expect(book.bids.length >= 20, `${book.bids.length} levels`);
      expectBook(instrument, change, book, book.bids.length);
      return book.bids.length;
    },
  },
  fetchOHLCV: {
    unit: 'candles',
    fetchOne: async ({ client, symbol, core, instrument }) => {
      const candles = await client.fetchOHLCV(symbol, '1m', undefined, 3);
      expect(candles.length === 3, `${candles.length} candles, not 3`);
      const [before, current] = candles.slice(-2);
      for (const candle of [before, current]) expectCandle(instrument, core, candle);
      return 2;
    },
  },
  fetchTicker: {
    unit: 'tickers',
    fetchOne: async ({ client, symbol, core, instrument }) => {
      const askedMs = Date.now();
      const ticker = await client.fetchTicker(symbol);
      expectTicker(instrument, core, ticker, Date.now(), askedMs);
      return 1;
    },
  },
  fetchFundingRate: {
    unit: 'rates',
    fetchOne: async ({ client, symbol, instrument: { contract }, venue }) => {
      const expectedAt = (now) =>
        venue.fundingRate?.(contract, now) ?? contract.fundingRate(Math.floor(now / FUNDING_MS));
      const before = expectedAt(Date.now());
      const { fundingRate } = await client.fetchFundingRate(symbol);
      // The period may have ended in between.
      const near = [before, expectedAt(Date.now())].some((rate) => Math.abs(rate - fundingRate) <= RATE_STEP);
      expect(near, `a funding rate of ${fundingRate}, not ${before}`);
      return 1;
    },
  },
  fetchOpenInterest: {
    unit: 'amounts',
    fetchOne: async ({ client, symbol, core, instrument }) => {
      expectOpenInterest(instrument, core, await client.fetchOpenInterest(symbol));
      return 1;
    },
  },
};

/** Fetches trades, each compared, and reads the calendar off their stamps. */
export async function fetchTrades({ client, symbol, core, instrument, venue }) {
  const trades = await client.fetchTrades(symbol, undefined, 50);
  let previousId;
  for (const trade of trades) {
    const ids = venue.tradeIds(trade);
    expect(previousId === undefined || ids[0] === previousId + 1, `trade ${ids[0]} comes after ${previousId}`);
    expectTrade(instrument, ids, trade);
    core.learnTime(instrument, ids[0], trade.timestamp);
    previousId = ids[1];
  }
  expect(trades.length === 50, `${trades.length} trades, not 50`);
  return trades.length;
}
