import { setTimeout as after } from 'node:timers/promises';
import { expectBook, expectCandle, expectTicker, expectTrade } from '../agreement.mjs';
import { expect } from '../report.mjs';

const BOOKS = 25;
const TRADES = 25;
const REPORTS = 2;

/** What the client watches, all at once, compared with the core. */
export async function checkStreams({ report, client, subjects, venue }) {
  const each = async (method, unit, watch) => {
    if (!client.has[method]) return;
    await report.check(method, async () => {
      const counts = await Promise.all(
        subjects.map(async (subject, index) => {
          await after(index * (venue.paceMs ?? 0));
          return watch(subject);
        }),
      );
      const total = counts.reduce((sum, count) => sum + count, 0);
      return `${total} ${unit} of ${counts.length} symbols equal the core's`;
    });
  };
  await Promise.all([
    each('watchOrderBook', 'books', (subject) => watchBooks(subject, BOOKS)),
    each('watchTrades', 'trades with consecutive ids', watchTrades),
    each('watchTicker', 'tickers', watchTickers),
    each('watchOHLCV', 'candles', watchCandles),
  ]);
}

/** Watches a book until the client has shown this many states of it, each compared; tells how many. */
export async function watchBooks(subject, least) {
  const { client, symbol, instrument, venue } = subject;
  let last = -Infinity;
  for (let count = 0; count < least;) {
    const book = await client.watchOrderBook(symbol);
    const change = shownChange(subject, book);
    expect(change >= last, `change ${change} after ${last}`);
    expectBook(instrument, change, book, venue.depth);
    if (change > last) count += 1;
    last = change;
  }
  return least;
}

/** The change of the core's book that a book of the client shows. */
export function shownChange({ client, symbol, witness, ...subject }, book) {
  const { book: stream } = subject.venue.streams(client.market(symbol));
  return subject.venue.streamChange({ ...subject, book, message: witness.last(stream) });
}

/** Watches trades, each compared, until there were enough; tells how many. */
export async function watchTrades({ client, symbol, core, instrument, venue }) {
  let count = 0;
  let previousId;
  while (count < TRADES) {
    for (const trade of await client.watchTrades(symbol)) {
      const ids = venue.tradeIds(trade);
      expect(previousId === undefined || ids[0] === previousId + 1, `trade ${ids[0]} comes after ${previousId}`);
      expectTrade(instrument, ids, trade);
      core.learnTime(instrument, ids[0], trade.timestamp);
      previousId = ids[1];
      count += 1;
    }
  }
  return count;
}

async function watchTickers({ client, symbol, core, instrument }) {
  for (let count = 0; count < REPORTS; count += 1)
    expectTicker(instrument, core, await client.watchTicker(symbol), Date.now());
  return REPORTS;
}

async function watchCandles({ client, symbol, core, instrument }) {
  for (let count = 0; count < REPORTS; count += 1) {
    const candles = await client.watchOHLCV(symbol);
    expectCandle(instrument, core, candles.at(-1));
  }
  return REPORTS;
}
