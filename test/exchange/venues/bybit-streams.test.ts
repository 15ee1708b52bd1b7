import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MarketSymbol } from '../../../src/exchange/market/index.js';
import type { StreamMessage } from '../../../src/exchange/venue.js';
import { EPOCH_MS, type Json, LINEAR, SPOT, bodyOf, openVenue, send } from './bybit-harness.js';

describe('Bybit books', () => {
  it.each([
    [50, SPOT, 'spot', 1],
    [50, LINEAR, 'linear', 1],
    [200, SPOT, 'spot', 1],
    [1000, LINEAR, 'linear', 1],
    [50, SPOT, 'spot', 7],
    [1000, SPOT, 'spot', 0.05],
  ])('of %i levels are kept by the documented rule from any moment on (%s)', async (depth, path, market, activity) => {
    const topic = `orderbook.${depth}.BTCUSDT`;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 1200 }), async (fromMs, forMs) => {
        const opened = openVenue({ symbols: 1, activity });
        const symbol = (market === 'spot' ? opened.market.symbols : opened.market.perpetuals)[0]!;
        const early = opened.connect(path);
        send(early.session, 'subscribe', [topic]);
        await opened.clock.advance(fromMs);
        const { session, sink } = opened.connect(path);
        send(session, 'subscribe', [topic]);
        await opened.clock.advance(forMs);
        const book = new LocalBook();
        for (const message of sink.messages()) {
          book.apply(bodyOf(message));
          expect([message.firstId, message.lastId]).toEqual([book.u, book.u]);
          expect(book.levels()).toEqual(levelsOf(symbol, book.seq, depth, opened.clock.now()));
        }
      }),
      { numRuns: depth === 1000 ? 2 : 6 },
    );
  });

  it('have the same number for the same book on every connection', async () => {
    const { connect, clock } = openVenue();
    const [one, two] = [connect(SPOT), connect(SPOT)];
    send(one.session, 'subscribe', ['orderbook.200.BTCUSDT']);
    await clock.advance(1234);
    one.session.end();
    await clock.advance(777);
    send(two.session, 'subscribe', ['orderbook.200.BTCUSDT', 'orderbook.50.BTCUSDT']);
    const before = bodyOf(one.sink.messages().at(-1)).data;
    const after = bodyOf(two.sink.messages()[0]).data;
    expect(after.u - before.u).toBeGreaterThanOrEqual(7);
    expect(after.u - before.u).toBeLessThanOrEqual(9);
    expect(after.seq).toBeGreaterThan(before.seq);
  });

  it('come about as often as the topic says', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(LINEAR);
    const count = (depth: number): number => sink.messages(`linear:orderbook.${depth}.BTCUSDT`).length - 1;
    send(
      session,
      'subscribe',
      [1, 50, 200, 1000].map((depth) => `orderbook.${depth}.BTCUSDT`),
    );
    await clock.advance(10_000);
    expect(count(50)).toBeGreaterThanOrEqual(498);
    expect(count(50)).toBeLessThanOrEqual(502);
    expect(count(200)).toBeGreaterThanOrEqual(98);
    expect(count(200)).toBeLessThanOrEqual(101);
    expect(count(1000)).toBeGreaterThanOrEqual(48);
    expect(count(1000)).toBeLessThanOrEqual(51);
    for (const message of sink.messages('linear:orderbook.1.BTCUSDT')) {
      const { type, data } = bodyOf(message);
      expect([type, data.b.length, data.a.length]).toEqual(['snapshot', 1, 1]);
    }
  });

  it('of one level are repeated under the same number after three seconds without a change', async () => {
    const { connect, clock } = openVenue({ symbols: 1, activity: 0.002 });
    const { session, sink } = connect(SPOT);
    send(session, 'subscribe', ['orderbook.1.BTCUSDT', 'orderbook.50.BTCUSDT']);
    await clock.advance(60_000);
    const touch = sink.messages('spot:orderbook.1.BTCUSDT').map((message) => bodyOf(message).data);
    const distinct = new Set(touch.map(({ u }) => u));
    expect(touch.length).toBeGreaterThan(15);
    expect(distinct.size).toBeLessThan(12);
    for (const [i, { u }] of touch.entries()) if (i > 0) expect([0, 1]).toContain(u - touch[i - 1].u);
    expect(sink.messages('spot:orderbook.50.BTCUSDT')).toHaveLength(distinct.size);
  });

  it('say type and time in the order of their market', () => {
    const { connect } = openVenue();
    const heads = (path: string): string[] => {
      const { session, sink } = connect(path);
      send(session, 'subscribe', ['orderbook.1.BTCUSDT', 'orderbook.50.BTCUSDT']);
      return sink.messages().map(({ frame }) => Object.keys(JSON.parse(String(frame))).join(' '));
    };
    expect(heads(SPOT)).toEqual(['topic ts type data cts', 'topic ts type data cts']);
    expect(heads(LINEAR)).toEqual(['topic ts type data cts', 'topic type ts data cts']);
  });

  it('begin with a snapshot again when an event loop stalled for long, and go on one by one otherwise', async () => {
    for (const [stallMs, snapshots] of [
      [500, 1],
      [30_000, 2],
    ] as const) {
      const { connect, clock, market } = openVenue();
      const { session, sink } = connect(SPOT);
      send(session, 'subscribe', ['orderbook.50.BTCUSDT', 'orderbook.1.BTCUSDT']);
      const now = clock.now.bind(clock);
      await clock.advance(60);
      clock.now = () => now() + stallMs;
      await clock.advance(100);
      const messages = sink.messages('spot:orderbook.50.BTCUSDT');
      expect(messages.filter((message) => bodyOf(message).type === 'snapshot')).toHaveLength(snapshots);
      for (const stream of ['spot:orderbook.50.BTCUSDT', 'spot:orderbook.1.BTCUSDT'])
        expectGapless(sink.messages(stream));
      expect(messages.length).toBeLessThan(40);
      const book = new LocalBook();
      for (const message of messages) book.apply(bodyOf(message));
      expect(book.levels()).toEqual(levelsOf(market.symbols[0]!, book.seq, 50, market.now()));
    }
  });

  it('can be crossed on purpose, and in no other way', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(LINEAR);
    send(session, 'subscribe', ['orderbook.50.BTCUSDT', 'orderbook.1.BTCUSDT', 'publicTrade.BTCUSDT']);
    await clock.advance(200);
    const books = sink.messages().filter(({ stream }) => stream.includes('orderbook'));
    expect(books.length).toBeGreaterThan(15);
    for (const message of books) {
      const [right, wrong] = [bodyOf(message), JSON.parse(message.spoiled?.('crossed') ?? '')];
      expect(isCrossed(right)).toBe(false);
      expect(isCrossed(wrong)).toBe(true);
      expect({ ...wrong, data: 0 }).toEqual({ ...right, data: 0 });
      expect([wrong.data.u, wrong.data.a]).toEqual([right.data.u, right.data.a]);
      expect(message.spoiled?.('checksum')).toBeUndefined();
    }
  });
});

describe('Bybit streams', () => {
  it.each([
    [SPOT, 'spot'],
    [LINEAR, 'linear'],
  ])('carry every trade once (%s)', async (path, market) => {
    const opened = openVenue();
    const { session, sink } = opened.connect(path);
    send(session, 'subscribe', ['publicTrade.BTCUSDT']);
    await opened.clock.advance(4000);
    const { tape, book } = (market === 'spot' ? opened.market.symbols : opened.market.perpetuals)[0]!;
    expectGapless(sink.messages());
    expect(sink.messages()[0]?.firstId).toBe(tape.nextTradeId(0));
    let before: Json;
    for (const message of sink.messages()) {
      const { topic, type, ts, data } = bodyOf(message);
      expect([topic, type]).toEqual(['publicTrade.BTCUSDT', 'snapshot']);
      expect(data).toHaveLength(message.lastId - message.firstId + 1);
      for (const [i, row] of data.entries()) {
        const [trade] = tape.trades(message.firstId + i, Infinity, 1);
        expect(row).toMatchObject({
          T: Math.floor(EPOCH_MS + trade!.marketMs),
          s: 'BTCUSDT',
          S: trade?.buyerIsMaker ? 'Sell' : 'Buy',
          BT: false,
          seq: book.updateId(book.changeAt(trade!.marketMs)),
        });
        expect(market === 'spot' ? Number(row.i.slice(4)) : parseInt(row.i.slice(-12), 16)).toBe(trade?.id);
        expect(ts - row.T).toBeLessThanOrEqual(10);
        expect(row.L).toBe(market === 'spot' ? undefined : before ? directionOf(before, row) : row.L);
        before = row;
      }
    }
  });

  it('send no more than 1024 trades in a message', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SPOT);
    send(session, 'subscribe', ['publicTrade.BTCUSDT']);
    const now = clock.now.bind(clock);
    clock.now = () => now() + 100_000;
    await clock.advance(10);
    const sizes = sink.messages().map((message) => bodyOf(message).data.length);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBe(1024);
    expectGapless(sink.messages());
  });

  it('carry the whole ticker of a pair each time', async () => {
    const { connect, clock, get } = openVenue();
    const { session, sink } = connect(SPOT);
    send(session, 'subscribe', ['tickers.BTCUSDT']);
    await clock.advance(3000);
    const messages = sink.messages();
    expectGapless(messages);
    expect(messages.length).toBeGreaterThan(20);
    expect(messages.length).toBeLessThanOrEqual(61);
    const [rest] = get('/v5/market/tickers?category=spot&symbol=BTCUSDT').result.list;
    for (const message of messages) {
      const { type, data } = bodyOf(message);
      expect(type).toBe('snapshot');
      expect(Object.keys(data)).toEqual([
        'symbol',
        'lastPrice',
        'highPrice24h',
        'lowPrice24h',
        'prevPrice24h',
        'volume24h',
        'turnover24h',
        'price24hPcnt',
        'usdIndexPrice',
      ]);
    }
    expect(rest).toMatchObject({ volume24h: bodyOf(messages.at(-1)).data.volume24h });
  });

  it('carry the changes of a contract’s ticker, from which the whole follows', async () => {
    const { connect, clock, get } = openVenue();
    const { session, sink } = connect(LINEAR);
    send(session, 'subscribe', ['tickers.BTCUSDT']);
    const ticker: Json = {};
    for (let i = 0, read = 0; i < 30; i += 1) {
      await clock.advance(100);
      for (const message of sink.messages().slice(read)) {
        const { type, data } = bodyOf(message);
        expect(type).toBe(read === 0 ? 'snapshot' : 'delta');
        const changed = Object.keys(data).filter((name) => name !== 'symbol' && ticker[name] === data[name]);
        expect(changed).toEqual([]);
        Object.assign(ticker, data);
        read += 1;
      }
    }
    expectGapless(sink.messages());
    // Join a late comer: its snapshot is the same ticker.
    const late = connect(LINEAR);
    send(late.session, 'subscribe', ['tickers.BTCUSDT']);
    expect(bodyOf(late.sink.messages()[0])).toMatchObject({ type: 'snapshot', data: ticker });
    const [rest] = get('/v5/market/tickers?category=linear&symbol=BTCUSDT').result.list;
    for (const name of ['fundingRate', 'nextFundingTime', 'openInterest', 'prevPrice24h'])
      expect(ticker[name]).toBe(rest[name]);
  });

  it('carry a kline as it grows, and say when it has closed', async () => {
    const { connect, clock, get } = openVenue();
    const { session, sink } = connect(SPOT);
    send(session, 'subscribe', ['kline.1.BTCUSDT']);
    await clock.advance(60_000);
    expectGapless(sink.messages());
    const bars = sink.messages().map((message) => bodyOf(message).data[0]);
    expect(bars).toHaveLength(61);
    const [closed, ...more] = bars.filter(({ confirm }) => confirm);
    expect(more).toEqual([]);
    const rows = get('/v5/market/kline?category=spot&symbol=BTCUSDT&interval=1&limit=2').result.list;
    const { start, open, high, low, close, volume, turnover, end, interval } = closed;
    expect([String(start), open, high, low, close, volume, turnover]).toEqual(rows[1]);
    expect([end - start, interval]).toEqual([59_999, '1']);
  });

  it('carry every liquidation of a contract, by the side of the position', async () => {
    const { connect, clock, market } = openVenue({ activity: 30 });
    const { session, sink } = connect(LINEAR);
    send(session, 'subscribe', ['allLiquidation.BTCUSDT']);
    await clock.advance(10_000);
    const { contract, spec } = market.perpetuals[0]!;
    expectGapless(sink.messages());
    const rows = sink.messages().flatMap((message) => bodyOf(message).data);
    const expected = contract.liquidations(contract.nextLiquidationId(0), 10_000);
    expect(rows.length).toBeGreaterThan(8);
    for (const [i, row] of rows.entries()) {
      const { sold, marketMs, ticks } = expected[i]!;
      expect(row).toMatchObject({ T: Math.floor(EPOCH_MS + marketMs), s: 'BTCUSDT', S: sold ? 'Buy' : 'Sell' });
      expect(Number(row.p)).toBe(ticks / 10 ** spec.priceDecimals);
    }
  });

  it('are written once for all subscribers, and named apart by market', async () => {
    const { connect, clock } = openVenue();
    const clients = [connect(SPOT), connect(SPOT), connect(LINEAR)];
    for (const { session } of clients) send(session, 'subscribe', ['publicTrade.BTCUSDT']);
    await clock.advance(1000);
    const [one, two, linear] = clients.map(({ sink }) => sink.messages());
    for (const [i, message] of one!.entries()) expect(two![i]).toBe(message);
    expect(new Set(linear!.map(({ stream }) => stream))).toEqual(new Set(['linear:publicTrade.BTCUSDT']));
    expect(one![0]).toMatchObject({ stream: 'spot:publicTrade.BTCUSDT', symbol: 'BTCUSDT' });
  });
});

function expectGapless(messages: readonly StreamMessage[]): void {
  expect(messages.length).toBeGreaterThan(1);
  for (const [i, { firstId }] of messages.entries()) if (i > 0) expect(firstId).toBe(messages[i - 1]!.lastId + 1);
}

/** A client's book, kept by the documented rule: snapshots replace, sizes replace, and 0 removes. */
class LocalBook {
  u = 0;
  seq = 0;
  #sides: [Map<string, string>, Map<string, string>] = [new Map(), new Map()];

  apply({ type, data }: Json): void {
    if (type === 'snapshot') this.#sides = [new Map(), new Map()];
    else expect(data.u).toBe(this.u + 1);
    for (const [i, changes] of [data.b, data.a].entries())
      for (const [price, size] of changes)
        if (size === '0') this.#sides[i]!.delete(price);
        else this.#sides[i]!.set(price, size);
    this.u = data.u;
    this.seq = data.seq;
  }

  levels(): unknown {
    return this.#sides;
  }
}

function levelsOf({ book, spec }: MarketSymbol, seq: number, depth: number, marketMs: number): unknown {
  let change = book.changeAt(marketMs);
  while (book.updateId(change) > seq) change -= 1;
  expect(book.updateId(change)).toBe(seq);
  const { bids, asks } = book.levels(change, depth);
  const text = ([ticks, lots]: readonly [number, number]): [string, string] => [
    (ticks / 10 ** spec.priceDecimals).toFixed(spec.priceDecimals),
    (lots / 10 ** spec.lotDecimals).toFixed(spec.lotDecimals),
  ];
  return [new Map(bids.map(text)), new Map(asks.map(text))];
}

function isCrossed({ data }: Json): boolean {
  const prices = (levels: string[][]): number[] =>
    levels.filter(([, size]) => size !== '0').map(([price]) => Number(price));
  return Math.max(...prices(data.b)) >= Math.min(...prices(data.a));
}

function directionOf(before: Json, { p }: Json): string {
  const step = Number(p) - Number(before.p);
  if (step !== 0) return step > 0 ? 'PlusTick' : 'MinusTick';
  return before.L.endsWith('PlusTick') ? 'ZeroPlusTick' : 'ZeroMinusTick';
}
