import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderBook } from '../../../src/exchange/market/index.js';
import { EPOCH_MS, FollowedBook, type Json, bodyOf, openVenue, pushes, send } from './okx-harness.js';

const BOOK = 'books:BTC-USDT';

/** The levels of the market's own book as numbers of the venue: price and size. */
function levelsAt(book: OrderBook, seqId: number, decimals: readonly [price: number, size: number]) {
  // Update ids rise evenly with the changes of a book.
  const step = book.updateId(1) - book.updateId(0);
  const { bids, asks } = book.levels((seqId - book.updateId(0)) / step, 400);
  const scaled = ([ticks, lots]: readonly [number, number]): [number, number] => [
    Number((ticks / 10 ** decimals[0]).toFixed(decimals[0])),
    Number((lots / 10 ** decimals[1]).toFixed(decimals[1])),
  ];
  return { bids: bids.map(scaled), asks: asks.map(scaled) };
}

/** The guide's checksum of a book: 25 levels of each side in turn, as text. */
function checksumOf(book: FollowedBook): number {
  const text = (side: 'bids' | 'asks'): string[] =>
    book.levels(side).map(([price]) => {
      const found = [...book[side]].find(([text]) => Number(text) === price);
      return found?.join(':') ?? '';
    });
  const [bids, asks] = [text('bids'), text('asks')];
  return crc32(Array.from({ length: 25 }, (_, i) => `${bids[i]}:${asks[i]}`).join(':')) | 0;
}

describe('OKX order books', () => {
  it('let a client build the book by the venue’s rule, whenever it begins', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 0, max: 3_000 }),
        fc.constantFrom('BTC-USDT', 'ETH-USDT', 'SOL-USDT-SWAP'),
        async (startMs, followMs, id) => {
          const { connect, clock, market, venue } = openVenue();
          const early = connect('/ws/v5/public');
          send(early.session, 'subscribe', [`books:${id}`]);
          await clock.advance(startMs);
          const { session, sink } = connect('/ws/v5/public');
          send(session, 'subscribe', [`books:${id}`]);
          await clock.advance(followMs);
          const book = new FollowedBook();
          for (const push of pushes(sink, `books:${id}`)) book.follow(push);
          const { spec } = market.symbols.find(({ spec }) => id.startsWith(spec.base))!;
          const source = id.endsWith('SWAP') ? market.perpetuals : market.symbols;
          const decimals = [spec.priceDecimals, id.endsWith('SWAP') ? 3 : spec.lotDecimals] as const;
          const truth = levelsAt(source.at(spec.rank)!.book, book.seqId, decimals);
          expect(book.levels('bids')).toEqual(truth.bids);
          expect(book.levels('asks')).toEqual(truth.asks);
          venue.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('push what changed each 100 ms, each push following on the one before, in ids told to the ledger', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws/v5/public');
    send(session, 'subscribe', [BOOK]);
    await clock.advance(5000);
    const messages = sink.messages(BOOK);
    expect(messages).toHaveLength(51);
    const [subscribed] = sink.kinds('subscribed');
    let next = subscribed?.kind === 'subscribed' ? subscribed.nextId : 0;
    for (const [i, message] of messages.entries()) {
      const { action, arg, data } = bodyOf(message);
      expect(data).toHaveLength(1);
      const { prevSeqId, seqId, checksum, ts } = data[0];
      expect([action, prevSeqId]).toEqual(i === 0 ? ['snapshot', -1] : ['update', next - 1]);
      expect([message.firstId, message.lastId]).toEqual([next, seqId]);
      expect([arg, checksum]).toEqual([{ channel: 'books', instId: 'BTC-USDT' }, 0]);
      expect(Number(ts)).toBeGreaterThanOrEqual(EPOCH_MS);
      next = seqId + 1;
    }
    expect(bodyOf(messages[0]).data[0].bids).toHaveLength(400);
    const sizes = messages.slice(1).map(({ frame }) => frame.length);
    expect(Math.max(...sizes)).toBeLessThan(messages[0]!.frame.length / 2);
  });

  it('say with an empty push that nothing changed for a minute, with the same sequence number', async () => {
    const { connect, clock } = openVenue({ activity: 0.0001 });
    const { session, sink } = connect('/ws/v5/public');
    send(session, 'subscribe', ['books:BTC-USDT', 'books5:BTC-USDT', 'bbo-tbt:BTC-USDT']);
    for (let i = 0; i < 7; i += 1) {
      session.receive('ping');
      await clock.advance(25_000);
    }
    const book = new FollowedBook();
    const empty = pushes(sink, BOOK).filter((push: Json) => {
      book.follow(push);
      const [{ bids, asks, prevSeqId, seqId }] = push.data;
      return bids.length === 0 && asks.length === 0 && prevSeqId === seqId;
    });
    expect(empty.length).toBeGreaterThanOrEqual(1);
    const top = pushes(sink, 'books5:BTC-USDT').map((push: Json) => push.data[0].seqId);
    expect(top.length).toBeGreaterThan(new Set(top).size);
    expect(pushes(sink, 'bbo-tbt:BTC-USDT').length).toBeGreaterThanOrEqual(2);
    for (const { firstId, lastId } of sink.messages()) expect(firstId).toBeLessThanOrEqual(lastId);
  });

  it('carry the old checksum where the rules ask for it, and it fits what a client has built', async () => {
    const { connect, clock } = openVenue({ rules: { legacyChecksum: 1 } });
    const { session, sink } = connect('/ws/v5/public');
    send(session, 'subscribe', [BOOK, 'books:ETH-USDT-SWAP']);
    await clock.advance(2000);
    for (const stream of [BOOK, 'books:ETH-USDT-SWAP']) {
      const book = new FollowedBook();
      const sums = pushes(sink, stream).map((push: Json) => {
        book.follow(push);
        expect(push.data[0].checksum).toBe(checksumOf(book));
        return push.data[0].checksum as number;
      });
      expect(new Set(sums).size).toBeGreaterThan(10);
      expect(sums.some((sum) => sum < 0)).toBe(true);
    }
  });

  it('can be made wrong on purpose: crossed, or with a checksum that does not fit', async () => {
    const { connect, clock } = openVenue({ rules: { legacyChecksum: 1 } });
    const { session, sink } = connect('/ws/v5/public');
    const streams = [BOOK, 'books5:BTC-USDT', 'bbo-tbt:BTC-USDT', 'trades:BTC-USDT'];
    send(session, 'subscribe', streams);
    await clock.advance(1000);
    for (const message of sink.messages()) {
      const crossed = message.spoiled?.('crossed');
      const wrong = message.spoiled?.('checksum');
      if (message.stream === 'trades:BTC-USDT') {
        expect([crossed, wrong]).toEqual([undefined, undefined]);
        continue;
      }
      const truth = bodyOf(message);
      const [{ bids, asks, ...rest }] = JSON.parse(String(crossed)).data;
      expect(Number(bids[0][0])).toBeGreaterThanOrEqual(Number(asks[0][0]));
      const { bids: _bids, asks: _asks, ...trueRest } = truth.data[0];
      expect(rest).toEqual(trueRest);
      if (message.stream === BOOK) {
        const [spoiled] = JSON.parse(String(wrong)).data;
        expect(spoiled.checksum).not.toBe(truth.data[0].checksum);
        expect({ ...spoiled, checksum: truth.data[0].checksum }).toEqual(truth.data[0]);
      } else expect(wrong).toBeUndefined();
    }
  });

  it('have no checksum to make wrong since it is always 0', async () => {
    const { connect } = openVenue();
    const { session, sink } = connect('/ws/v5/public');
    send(session, 'subscribe', [BOOK]);
    expect(sink.messages()[0]?.spoiled?.('checksum')).toBeUndefined();
  });

  it('push the top as it changes: five levels each 100 ms, one level each 10 ms', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect('/ws/v5/public');
    send(session, 'subscribe', ['books5:BTC-USDT', 'bbo-tbt:BTC-USDT']);
    await clock.advance(3000);
    const five = pushes(sink, 'books5:BTC-USDT');
    const one = pushes(sink, 'bbo-tbt:BTC-USDT');
    expect(five).toHaveLength(31);
    expect(one.length).toBeGreaterThan(100);
    const { book } = market.symbols.at(0)!;
    for (const [pushed, depth] of [...five.map((x) => [x, 5] as const), ...one.map((x) => [x, 1] as const)]) {
      expect(pushed.action).toBeUndefined();
      const [{ bids, asks, seqId }] = pushed.data;
      const truth = levelsAt(book, seqId, [2, 5]);
      expect(bids.map(([price, size]: string[]) => [Number(price), Number(size)])).toEqual(truth.bids.slice(0, depth));
      expect(asks).toHaveLength(depth);
    }
    expect(five[0].data[0].instId).toBe('BTC-USDT');
    expect(Object.keys(one[0].data[0])).toEqual(['asks', 'bids', 'ts', 'seqId']);
    const ids = one.map((push: Json) => push.data[0].seqId);
    expect(ids).toEqual([...new Set(ids)].sort((x, y) => x - y));
  });

  it('are written once for all subscribers', async () => {
    const { connect, clock } = openVenue();
    const [one, two] = [connect('/ws/v5/public'), connect('/ws/v5/public')];
    for (const { session } of [one, two]) send(session, 'subscribe', [BOOK]);
    await clock.advance(500);
    const [first, second] = [one.sink.messages().slice(1), two.sink.messages().slice(1)];
    expect(first.length).toBe(5);
    for (const [i, message] of first.entries()) expect(second[i]).toBe(message);
  });
});

describe('OKX streams', () => {
  it('carry every taker order once, its trades counted and named by the last one', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect('/ws/v5/public');
    send(session, 'subscribe', ['trades:BTC-USDT']);
    const { tape, book } = market.symbols.at(0)!;
    let next = tape.nextTradeId(0);
    await clock.advance(3000);
    expect(sink.messages().length).toBeGreaterThan(30);
    for (const message of sink.messages()) {
      const { arg, data } = bodyOf(message);
      const [{ tradeId, count, ts, seqId, sz, side }] = data;
      expect(arg).toEqual({ channel: 'trades', instId: 'BTC-USDT' });
      expect([message.firstId, message.lastId]).toEqual([next, Number(tradeId)]);
      expect(message.lastId - message.firstId + 1).toBe(Number(count));
      const fills = tape.trades(message.firstId, 3000, Number(count));
      expect(Number(sz)).toBeCloseTo(fills.reduce((sum, { lots }) => sum + lots, 0) / 1e5, 10);
      expect(side).toBe(fills[0]?.buyerIsMaker ? 'sell' : 'buy');
      expect(seqId).toBe(book.updateId(book.changeAt(fills[0]!.marketMs)));
      expect(Number(ts)).toBe(Math.floor(EPOCH_MS + fills[0]!.marketMs));
      next = message.lastId + 1;
    }
  });

  it('carry every single trade on the business URL, in agreement with REST', async () => {
    const { connect, clock, data, market } = openVenue();
    const { session, sink } = connect('/ws/v5/business');
    send(session, 'subscribe', ['trades-all:ETH-USDT-SWAP']);
    const first = market.perpetuals.at(1)!.tape.nextTradeId(0);
    await clock.advance(2000);
    const trades = pushes(sink, 'trades-all:ETH-USDT-SWAP').map((push: Json) => push.data[0]);
    expect(trades.length).toBeGreaterThan(20);
    expect(trades.map(({ tradeId }) => Number(tradeId))).toEqual(trades.map((_, i) => first + i));
    const newest = data('/api/v5/market/trades?instId=ETH-USDT-SWAP&limit=500').reverse();
    const from = newest.findIndex(({ tradeId }: Json) => tradeId === trades[0].tradeId);
    expect(newest.slice(from, from + trades.length)).toEqual(trades);
  });

  it('greet with a ticker and go on each 100 ms while something happens, as REST shows it', async () => {
    const { connect, clock, data } = openVenue();
    const { session, sink } = connect('/ws/v5/public');
    send(session, 'subscribe', ['tickers:BTC-USDT']);
    expect(pushes(sink, 'tickers:BTC-USDT')[0].data).toEqual(data('/api/v5/market/ticker?instId=BTC-USDT'));
    await clock.advance(1000);
    const tickers = pushes(sink, 'tickers:BTC-USDT');
    expect(tickers).toHaveLength(11);
    const ids = sink.messages().map(({ firstId }) => firstId);
    expect(ids).toEqual(ids.map((_, i) => ids.at(0)! + i));
    const quiet = openVenue({ activity: 0.001 });
    const { session: other, sink: silent } = quiet.connect('/ws/v5/public');
    send(other, 'subscribe', ['tickers:BTC-USDT']);
    await quiet.clock.advance(1000);
    expect(silent.messages().length).toBeLessThan(3);
  });

  it('carry a candle as it grows, once a second, and once more when it is complete', async () => {
    const { connect, clock, data } = openVenue();
    const { session, sink } = connect('/ws/v5/business');
    send(session, 'subscribe', ['candle1m:BTC-USDT', 'candle1Dutc:BTC-USDT']);
    await clock.advance(60_000);
    const candles = pushes(sink, 'candle1m:BTC-USDT').map((push: Json) => push.data[0]);
    expect(candles.length).toBeGreaterThan(55);
    expect(candles.length).toBeLessThan(64);
    const complete = candles.filter((candle) => candle[8] === '1');
    expect(complete).toEqual([data('/api/v5/market/candles?instId=BTC-USDT&bar=1m&limit=2')[1]]);
    for (const [i, candle] of candles.entries()) {
      if (i > 0) expect(Number(candle[0])).toBeGreaterThanOrEqual(Number(candles[i - 1]![0]));
    }
    expect(pushes(sink, 'candle1Dutc:BTC-USDT')[0].arg).toEqual({ channel: 'candle1Dutc', instId: 'BTC-USDT' });
  });

  it('carry a candle without trades when it begins and when it is complete, and not in between', async () => {
    const { connect, clock } = openVenue({ activity: 0.00001 });
    const { session, sink } = connect('/ws/v5/business');
    send(session, 'subscribe', ['candle1m:BTC-USDT']);
    for (let i = 0; i < 6; i += 1) {
      await clock.advance(25_000);
      session.receive('ping');
    }
    const candles = pushes(sink, 'candle1m:BTC-USDT').map((push: Json) => [Number(push.data[0][0]), push.data[0][8]]);
    const first = EPOCH_MS - (EPOCH_MS % 60_000);
    expect(candles).toEqual([
      [first, '0'],
      [first, '1'],
      [first + 60_000, '0'],
      [first + 60_000, '1'],
      [first + 120_000, '0'],
    ]);
  });

  it.each([
    ['funding-rate', 'public/funding-rate?', 60_000, 60_000],
    ['open-interest', 'public/open-interest?instType=SWAP&', 30_000, 3_000],
    ['mark-price', 'public/mark-price?instType=SWAP&', 20_000, 200],
  ])('carry %s of a contract as REST shows it, in their time', async (channel, path, spanMs, periodMs) => {
    const { connect, clock, data } = openVenue();
    const { session, sink } = connect('/ws/v5/public');
    send(session, 'subscribe', [`${channel}:BTC-USDT-SWAP`]);
    const [greeting] = pushes(sink, `${channel}:BTC-USDT-SWAP`);
    const [row] = data(`/api/v5/${path}instId=BTC-USDT-SWAP`);
    expect(greeting.data).toEqual([row]);
    expect(greeting.arg).toEqual({ channel, instId: 'BTC-USDT-SWAP' });
    for (let i = 0; i < 4; i += 1) {
      session.receive('ping');
      await clock.advance(spanMs / 4);
    }
    const count = sink.messages().length - 1;
    expect(count).toBeGreaterThanOrEqual(1);
    expect(count).toBeLessThanOrEqual(spanMs / periodMs);
  });

  it('repeat a mark price that stands still only each ten seconds', async () => {
    const { connect, clock, venue } = openVenue({ symbols: 24, activity: 0.00001 });
    const { session, sink } = connect('/ws/v5/public');
    const streams = venue.symbols.slice(24).map((id) => `mark-price:${id}`);
    send(session, 'subscribe', streams);
    await clock.advance(60_000);
    const pauses = streams.flatMap((stream) => {
      const marks = pushes(sink, stream).map((push: Json) => push.data[0]);
      return marks.flatMap((mark, i) =>
        mark.markPx === marks[i - 1]?.markPx ? [Number(mark.ts) - Number(marks[i - 1].ts)] : [],
      );
    });
    expect(pauses.length).toBeGreaterThan(0);
    for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(10_000);
  });

  it('carry the liquidations of all contracts, each once and as the market has them', async () => {
    const { connect, clock, market } = openVenue({ activity: 50 });
    const { session, sink } = connect('/ws/v5/public');
    send(session, 'subscribe', ['liquidation-orders:SWAP', 'liquidation-orders:FUTURES']);
    await clock.advance(5000);
    const found = pushes(sink, 'liquidation-orders:SWAP').map((push: Json) => push.data[0]);
    const expected = market.perpetuals.flatMap(({ contract, spec }) =>
      contract.liquidations(contract.nextLiquidationId(0), 4900).map(({ marketMs, sold }) => ({
        instId: `${spec.base}-USDT-SWAP`,
        ts: String(Math.floor(EPOCH_MS + marketMs)),
        side: sold ? 'sell' : 'buy',
        posSide: sold ? 'long' : 'short',
      })),
    );
    expect(expected.length).toBeGreaterThan(10);
    const seen = found.map(({ instId, details: [{ ts, side, posSide }] }) => ({ instId, ts, side, posSide }));
    for (const liquidation of expected) expect(seen).toContainEqual(liquidation);
    expect(seen.length - expected.length).toBeLessThan(10);
    expect(Object.keys(found[0].details[0])).toEqual(['bkLoss', 'bkPx', 'ccy', 'posSide', 'side', 'sz', 'ts']);
    expect(sink.messages('liquidation-orders:FUTURES')).toEqual([]);
    const ids = sink.messages('liquidation-orders:SWAP').map(({ firstId }) => firstId);
    expect(ids).toEqual(ids.map((_, i) => ids.at(0)! + i));
  });
});
