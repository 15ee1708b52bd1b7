import { expect } from './report.mjs';

const MINUTE_MS = 60_000;
/** How much later than things happened, or earlier than a whole millisecond, a ticker may be stamped. */
const TICKER_LEEWAY_MS = 50;

/** @throws {Error} unless a book is the core's at this change, level by level */
export function expectBook(instrument, change, book, depth) {
  const core = instrument.levels(change, depth);
  for (const side of ['bids', 'asks']) {
    const levels = book[side];
    expect(
      levels.length === core[side].length,
      `${levels.length} ${side} at change ${change}, not ${core[side].length}`,
    );
    const wrong = core[side].findIndex(([price, size], i) => levels[i][0] !== price || levels[i][1] !== size);
    expect(wrong < 0, `${side} ${wrong} at change ${change} is ${levels[wrong]}, not ${core[side][wrong]}`);
  }
}

/** @throws {Error} unless a trade consists of the core's trades with these ids */
export function expectTrade(instrument, [firstId, lastId], { price, amount, side }) {
  const fills = instrument.trades(firstId, lastId);
  const [{ ticks, buyerIsMaker }] = fills;
  const lots = fills.reduce((sum, fill) => sum + fill.lots, 0);
  const core = `${buyerIsMaker ? 'sell' : 'buy'} ${instrument.size(lots)} at ${instrument.price(ticks)}`;
  expect(`${side} ${amount} at ${price}` === core, `trade ${firstId} is ${side} ${amount} at ${price}, not ${core}`);
}

/**
 * A candle of a minute that has not been over for long is the core's trades from its beginning up to some trade.
 * @throws {Error} unless it is
 */
export function expectCandle(instrument, core, [openMs, ...candle]) {
  const fromMs = core.marketMs(openMs);
  const firstId = instrument.tape.nextTradeId(fromMs - 1e-6);
  const trades = instrument.tape.trades(firstId, fromMs + MINUTE_MS - 1e-6);
  const [open, high, low, close, volume] = candle;
  if (volume === 0)
    return expect(open === high && high === low && low === close, `an empty candle of ${candle.join(', ')}`);
  const sum = { open: trades[0]?.ticks, high: -Infinity, low: Infinity, lots: 0 };
  const fits = trades.some(({ ticks, lots }) => {
    sum.high = Math.max(sum.high, ticks);
    sum.low = Math.min(sum.low, ticks);
    sum.lots += lots;
    const prices = [sum.open, sum.high, sum.low, ticks].every((value, i) => instrument.price(value) === candle[i]);
    return prices && (instrument.volume === null || instrument.volume(sum.lots) === volume);
  });
  return expect(fits, `candle ${openMs} of ${candle.join(', ')} is no sum of the trades since then`);
}

/**
 * A ticker shows the core at some moment from its stamp, which may be that of the last trade, until it is received.
 * @throws {Error} unless last price, bid and ask are of that time
 */
export function expectTicker(instrument, core, { timestamp, last, bid, ask }, receivedMs, askedMs = receivedMs) {
  const { book, tape } = instrument;
  const fromMs = core.marketMs(timestamp ?? askedMs) - TICKER_LEEWAY_MS;
  const toMs = core.marketMs(receivedMs) + TICKER_LEEWAY_MS;
  const trades = tape.trades(tape.nextTradeId(fromMs) - 1, toMs);
  expect(
    trades.some(({ ticks }) => instrument.price(ticks) === last),
    `the last price ${last} is no trade's of ${timestamp} to ${receivedMs}`,
  );
  if (bid === undefined && ask === undefined) return;
  const touches = span(book.changeAt(fromMs), book.changeAt(toMs)).map((change) => book.touch(change));
  expect(
    touches.some(({ bidTicks, askTicks }) => instrument.price(bidTicks) === bid && instrument.price(askTicks) === ask),
    `${bid} and ${ask} are not bid and ask of ${timestamp} to ${receivedMs}`,
  );
}

/** @throws {Error} unless so much interest was open at that time, which is known to the millisecond */
export function expectOpenInterest(instrument, core, { timestamp, openInterestAmount, openInterestValue }) {
  const amount = openInterestAmount ?? openInterestValue;
  const at = core.marketMs(timestamp);
  const [before, expected, after] = [-2, 0, 2].map((ms) => instrument.contract.openInterestLots(at + ms));
  const leeway = instrument.size(Math.abs(after - before) + 1);
  const difference = Math.abs(amount - instrument.size(expected));
  expect(difference <= leeway, `open interest of ${amount} at ${timestamp}, not ${instrument.size(expected)}`);
}

function span(from, to) {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
